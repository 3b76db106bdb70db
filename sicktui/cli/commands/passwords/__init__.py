"""Commands for passwords: ``login`` and logout, ``passwd``, ``passphrase`` and ``vault``."""
