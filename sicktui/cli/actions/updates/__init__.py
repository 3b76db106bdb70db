"""What ``plan``, ``update`` and ``runs`` do.

``plan`` makes the plan of an update, ``update`` starts it. Every command that starts a run goes through
``start`` (``ordered`` where it has ``--order``), and ``follow`` and ``run_printer`` show it on the
terminal. ``runs`` has list, show, attach and cancel; ``approval`` continues and ``resume`` resumes a
run, and ``running`` finds the one that a command goes to. ``report``, ``verify`` and ``prune`` are for its
record.
"""
