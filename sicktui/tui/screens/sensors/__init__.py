"""One sensor: its profile, details, name and parameters, and what differs from a snapshot."""
