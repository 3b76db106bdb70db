"""Whose turn it is with a sensor, and how often.

- ``link``: hands out the right to send to one sensor
- ``queue``: one request queue per address, shared by all clients in the process
- ``throttle``: how many requests a second, for all processes of this PC; ``bucket``: its arithmetic
- ``retry``: tries again while the sensor has no connection to spare
"""
