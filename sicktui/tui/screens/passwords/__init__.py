"""Passwords of sensors (``login``), passphrases of backups, and the vault."""
