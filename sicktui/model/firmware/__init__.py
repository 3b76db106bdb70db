"""Firmware. Pure.

``version`` parses and compares versions; ``product`` has the families; ``package`` is a file on disk,
``offer`` what a source has.
"""
