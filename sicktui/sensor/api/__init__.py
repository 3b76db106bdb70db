"""What a sensor can be asked for.

- ``reader``, ``variables``: identity, state, health and any variable; needs no password
- ``login/``: the password, the session, authenticated calls
- ``parameters``, ``firmware``, ``backups``, ``network``: what writes
- ``diagnosis``: the file for the vendor's support; ``description``: what a sensor describes of itself
- ``transfers``: files, sent and fetched with a session token
- ``replies``, ``values``: what a reply means, or the error that it carries
- ``capabilities``: what was found out about the sensor
"""
