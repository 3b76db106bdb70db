"""The history of sensors' health, hour by hour, in SQLite: ``health-history.db``.

``database`` opens the file and has its tables; ``history`` writes and reads. Nothing secret is in it.
"""
