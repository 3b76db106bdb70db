"""What a sensor can be asked for.

- ``reader``: identity, state, health and any variable; needs no password
- ``authentication``, ``challenge``: the scheme, the password, the session, authenticated calls
- ``parameters``, ``firmware``, ``backups``: what writes
- ``transfers``: files, sent and fetched with a session token
- ``replies``, ``values``: what a reply means, or the error that it carries
- ``capabilities``: what was found out about the sensor
"""
