"""Reads the health of sensors: reads only, no login. What it means is judged by ``model/health``.

``read`` reads one sensor and remembers its calibration; each reading, of whatever origin, passes ``fresh``.
``measuring`` finds out whether a sensor measures; ``watch`` looks at one for some minutes.
``rounds`` reads all sensors of the dashboard again and again.
"""
