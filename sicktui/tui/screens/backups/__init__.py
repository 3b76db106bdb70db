"""Backups: take one (``backup``), choose a version (``version_picker``), restore, replace a sensor.

``history`` shows one sensor's backups, ``backups`` all on this PC; both are built on ``backup_list``.
``restore`` is a plan with its checks, ``comparing`` what it would change; ``replace`` guides through a
replacement.
"""
