"""Listens for the scan data of sensors. No stream is redirected, and no port is taken from a program.

``receivers`` listens to UDP ports of this PC for a few seconds, for all sensors of a process; ``listening``
does it for one sensor, if its settings send the data here. What REST shows beside is gathered by
``engine/health/measuring``, and judged by ``model/measuring`` and the rules of health.
"""
