"""The write-ahead record of runs.

``journal`` is what the runner and the front ends use; ``database`` opens the SQLite file and explains its
errors, ``formats`` has its tables, ``rows`` writes rows with a checksum and reads them back, ``entries``
reads a run past any damage, and ``integrity`` looks for damage. ``chain`` and ``verify`` prove a run,
``prune`` shortens old ones; ``names`` completes their ids in a shell.
"""
