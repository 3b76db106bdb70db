"""A sensor's IPv4 address: shown, planned, changed over REST; and new sensors set up by AutoIP.

``read`` finds and reads it; ``plan`` refuses; ``change`` carries a plan out (write, read back, apply, find,
save) and ``model/network/address_change`` judges it. ``written`` is what was written and is not in effect,
with the way back. ``find`` looks for the sensor after the change, ``places`` at given addresses; ``follow``
and ``profiles`` change the device list. ``lan`` is what must be known of the network around: subnets of
this PC, who has an address, where a sensor is (``this_pc`` finds that out).

``commission`` sets up new sensors of a list, ``new_sensor`` one of them; ``finish`` adds, names and saves
it.
"""
