"""Passwords of sensors (``login``, ``change``), ``passphrases`` of backups, and the ``vault``."""
