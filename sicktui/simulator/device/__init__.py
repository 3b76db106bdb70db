"""One simulated device, without what answers its requests.

- ``device``: builds the parts; power, port, record
- ``state``: what the parts see of the device (a protocol)
- ``updater``, ``backups``, ``variables``, ``auth``, ``https``, ``diagnosis``, ``autoip``: the parts
- ``addressing``: the address that is in effect
- ``plans``: what will become of a flash, a backup, a restore, a search; faults change it
- ``parameters``: the writable variables and their limits
- ``package``, ``backup_file``: the two file formats
- ``record``: every request, and every breach of the protocol
"""
