"""What the commands for sensors do.

``devices`` manages the device list; ``inventory`` has its import, export and overview. ``status`` and
``health`` read sensors, ``health_history`` what was read earlier. ``parameters`` has get, set and find-me;
``dump`` fetches diagnosis files.
"""
