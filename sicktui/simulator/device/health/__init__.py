"""What a simulated sensor reports about its own state, after the table of health in SICK's developer guide.

- ``health``: all of it, and whether it measures
- ``temperature``: drifts, and raises an alarm between two thresholds
- ``contamination``: of each sector, and what the strategy makes of it
- ``wall_clock``: date and time, which a reboot may lose
- ``lights``: the LEDs
"""
