"""The write-ahead record of runs.

``journal`` is what the runner and the front ends use; ``database`` opens the SQLite file and explains its
errors, ``rows`` writes rows with a checksum and reads them back, and ``integrity`` looks for damage.
"""
