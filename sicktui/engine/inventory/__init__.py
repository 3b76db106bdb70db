"""The device list as an inventory of a site: what is known of each sensor. Asks no sensor.

``entries``: profile, last sensor and last backup of each device. ``changes``: what an import would change.
``overview``: the sensors by family, model and firmware, and which are behind the shelf.
"""
