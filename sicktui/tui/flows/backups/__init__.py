"""Backups of sensors: ``backup`` takes them, ``backups`` shows all and ``history`` those of one device.

``restore`` restores them, ``replace`` onto a new sensor; ``backup_first`` is the backup before that.
"""
