"""Parameter backups, kept for good.

``store`` keeps the bytes and their metadata; ``versions`` knows since when a backup matches the sensor;
``content`` checks what the bytes cannot be; ``snapshots`` keeps readable parameters. ``export`` copies
backups to and from other folders, ``prune`` deletes old ones. ``passphrases`` finds the passphrase of a
backup by its ``fingerprint``.
"""
