"""A sensor's IPv4 address: shown, planned, changed over REST; and new sensors set up by AutoIP.

``read`` finds and reads it; ``plan`` refuses; ``change`` carries a plan out (write, read back, apply, find,
save) and ``model/network/address_change`` judges it. ``places`` looks for the sensor at its addresses,
``follow`` changes the device list, ``lan`` is what must be known of the network around: subnets of this PC,
who has an address, where a sensor is (``this_pc`` finds that out). ``commission`` sets up new sensors.
"""
