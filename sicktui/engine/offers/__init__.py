"""Offers of firmware: the sensors are read, the sources asked, and what is fetched is put on the shelf.

``session`` opens the sources of a call, ``subjects`` reads the sensors that they are asked for, ``outcomes``
how the last updates ended, ``check`` asks the sources, ``fetch`` puts packages on the shelf, never approved.
``watch`` checks again and again, ``after_update`` once more after an update.
Nothing here writes to a sensor.
"""
