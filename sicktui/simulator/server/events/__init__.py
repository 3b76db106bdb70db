"""The events that a picoScan pushes over ``/apievents`` (SICK's developer guide, WebSocket events).

- ``registrations``: who wants which event, how often; no I/O
- ``channel``: one WebSocket: registrations in, changes out
"""
