"""Backups: take one (``backup``), choose a version, compare, restore, replace a sensor.

``history`` shows one sensor's backups, ``backups`` all on this PC; both are built on ``backup_list``.
"""
