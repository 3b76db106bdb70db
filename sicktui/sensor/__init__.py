"""The REST API of one sensor: negotiated, polite, and honest about what it does not know.

Start at ``client.Sensor``. This package imports nothing heavy until a module of it is asked for.
"""
