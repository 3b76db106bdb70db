"""The client of one sensor's REST API.

- ``client``: ``Sensor``, with its five parts ``read``, ``access``, ``parameters``, ``firmware``, ``backups``
- ``api/``: those parts, and what a reply means
- ``events/``: what the sensor pushes
- ``turns/``: whose turn it is, how often, and when to try again
- ``transport/``: HTTP, files on their way, and what went wrong
- ``errors``: everything that can go wrong with a sensor

Importing this package imports nothing heavy.
"""
