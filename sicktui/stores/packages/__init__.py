"""Firmware packages.

``inspect`` checks and hashes a file before any sensor is contacted, ``content`` recognises text that cannot
be firmware, ``zip`` unpacks the vendor's downloads, ``errors`` has the error texts. ``shelf`` keeps packages
by SHA-256, with an operator's approval; ``leftovers`` removes what a killed process has left there.
"""
