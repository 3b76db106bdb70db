"""Everything that is stored on this PC.

Imports run one way, from the top down:

- ``backups/``: parameter backups and snapshots, their versions, pruning, export, passphrases
- ``secrets/``: passwords: given for this call, OS keyring, vault, memory
- ``config/``: settings (config.toml) and the device list (devices.toml)
- ``memory/``: what the program remembers by itself
- ``journal/``: the record of runs, in SQLite
- ``history/``: the health of sensors hour by hour, in SQLite
- ``packages/``: firmware packages: inspected, unpacked, and kept on the shelf
- ``sources/``: what is remembered of the sources of packages
- ``dumps``: diagnosis files
- ``disk/``: files, folders, locks and ids, which all of the above use
"""
