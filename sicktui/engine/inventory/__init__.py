"""The device list as an inventory of a site: what is known of each sensor. Asks no sensor.

``entries``: profile, last sensor and last backup of each device; ``listed``: what a filter reads of them.
``changes``: what an import would change; ``merge``: an edited profile and what somebody else changed.
``overview``: the sensors by family, model and firmware, and which are behind the shelf.
"""
