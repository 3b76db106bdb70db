"""Several simulated devices.

- ``fleet``: runs them, in this process or for any client on this PC
- ``scenario``: reads them from a TOML file
- ``standard``: the fleet of ``simulate`` and ``demo``
"""
