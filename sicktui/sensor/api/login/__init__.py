"""Which password goes to which sensor, how, and when.

- ``authentication``: authenticated calls; ``session``: the token; ``posts``, ``challenge``: how they are sent
- ``secrets``, ``logins``: which password may be right, and when the sensor accepts another login
- ``scheme``, ``documented``: challenge-response or Basic
- ``owner``, ``encryption``: whether this is the sensor that a password is for; none over HTTP after HTTPS
- ``password_change``: changes the password of a user level
"""
