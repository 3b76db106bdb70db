"""sicktui looks after SICK LiDAR sensors from a terminal: status, firmware updates, backups.

From the top down: ``cli`` and ``tui`` are the two faces, commands and dashboard. ``fleet`` rolls out over
many PCs. ``engine`` is what is done, ``discovery`` finds sensors, ``sources`` has packages. ``sensor`` is
the REST API of one sensor, ``stores`` what is kept on this PC, ``model`` records and pure rules.
``simulator`` is a fleet of simulated sensors, which imports none of these. ``lean_httpx`` imports httpx
without what is not used of it. ``docs/architecture.md`` is the map.
"""

__version__ = "0.1.0"
