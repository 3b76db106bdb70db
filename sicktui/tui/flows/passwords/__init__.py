"""Store, unlock and forget passwords, passphrases and the vault."""
