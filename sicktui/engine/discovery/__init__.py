"""Finds sensors for the device list: searches, compares with the list, adds, and follows what has moved.

``search`` is the whole of it, an async generator for commands and screens; ``lost`` looks for the devices
that have left their addresses. ``opening`` makes clients without a password, ``listed`` resolves the
addresses of the list, ``keep`` changes the list.
"""
