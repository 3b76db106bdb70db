"""Finds out whether a sensor measures. Reads only: no stream is redirected, and no port taken from a program.

``receivers`` listens to UDP ports of this PC for a few seconds, for all sensors of a process; ``check``
gathers the evidence about one sensor. What it is worth is judged by ``model/measuring`` and the rules of
health.
"""
