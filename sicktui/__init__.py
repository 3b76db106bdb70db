"""sicktui looks after SICK LiDAR sensors from a terminal: status, firmware updates, backups."""

__version__ = "0.1.0"
