"""The files of a simulated device: ``package``, ``backup``, ``diagnosis`` and its OpenAPI ``description``."""
