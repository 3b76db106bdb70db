"""One simulated device, without what answers its requests.

- ``device``: builds the parts; power, port, record
- ``state``: what the parts see of the device (a protocol)
- ``updater``, ``backups``, ``variables``, ``auth``, ``https``, ``autoip``, ``scan``: the parts
- ``addressing``: the address that is in effect; ``passwords``: what is kept of one
- ``plans``: what will become of a flash, a backup, a restore, a search; faults change it
- ``parameters``: the writable variables and their limits; ``health/``: what it reports of itself
- ``files/``: the formats of packages and backups, and the diagnosis
- ``record``: every request, and every breach of the protocol
"""
