"""What the commands for passwords do.

``login`` stores the password of sensors, ``login_shared`` one for a group, ``logout`` removes them.
``passwd`` changes the password on the sensors. ``passphrase`` is for the passphrases of backups, ``vault``
for the encrypted file.
"""
