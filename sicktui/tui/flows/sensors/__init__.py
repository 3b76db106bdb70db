"""The device list, and what is done with sensors beside updates and backups.

The list: ``devices``, ``tags``, ``device_files`` (import and export), ``search``, ``commission`` (new
sensors from a list), ``follow`` (one that has moved). A sensor: ``health``, ``diff``, ``parameters``,
``set_many`` (one parameter of several sensors), ``rename``, ``address``, ``find_me`` (its LED), ``dump``
(its diagnosis file).
"""
