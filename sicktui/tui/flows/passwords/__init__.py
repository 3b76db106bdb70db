"""Passwords: ``login`` stores and forgets those of sensors, ``change`` changes them on the sensors.

``passphrases`` manages those of backups, ``passphrase_unlock`` makes them available; ``vault`` is for the
vault.
"""
