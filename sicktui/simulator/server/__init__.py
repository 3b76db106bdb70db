"""What answers on a device's port.

- ``server``: one connection: requests recorded, struck by faults, answered
- ``api``: every endpoint under ``/api/``
"""
