"""What ``plan``, ``update`` and ``runs`` do.

``follow`` and ``run_printer`` show a run on the terminal, for every command that starts or follows one.
"""
