"""Commands for sensors in the network.

``discover`` finds them; ``address`` shows and sets the address of one, ``commission`` those of many new ones.
"""
