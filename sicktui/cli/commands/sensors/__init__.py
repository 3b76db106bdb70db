"""Commands for the device list, and for what its sensors are asked.

``devices``, ``status``, ``health``, ``parameters`` (get, set, find-me) and ``dump``.
"""
