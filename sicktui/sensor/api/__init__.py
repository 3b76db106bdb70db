"""What a sensor can be asked for.

- ``reader``: identity, state, health and any variable; needs no password
- ``authentication``, ``challenge``: the password, the session, authenticated calls
- ``secrets``, ``logins``: which password may be right, and when the sensor accepts another login
- ``scheme``, ``owner``: challenge-response or Basic, and whether this is the sensor that a password is for
- ``encryption``: what was spoken to over HTTPS gets no password over HTTP
- ``parameters``, ``firmware``, ``backups``, ``password_change``: what writes
- ``diagnosis``: the file for the vendor's support
- ``transfers``: files, sent and fetched with a session token
- ``replies``, ``values``: what a reply means, or the error that it carries
- ``capabilities``: what was found out about the sensor
"""
