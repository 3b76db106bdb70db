"""The device list, and one sensor: its name, parameters, differences and its LED."""
