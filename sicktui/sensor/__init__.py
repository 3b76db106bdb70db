"""The REST API of one sensor: authentication, transport, capabilities, errors."""
