"""Completion in shells.

- ``values``: what the home has: devices, tags, runs, backups, packages. Imports little: a key waits for it.
- ``shells``: the scripts, and how each shell asks and is answered.
"""
