"""What answers on a device's port.

- ``server``: one connection: requests recorded, struck by faults, answered
- ``events/``: what it pushes
- ``measuring``: methods that start and stop measuring
- ``api``: every endpoint under ``/api/``
"""
