"""Passwords of sensors. Pure.

``login`` is when a sensor accepts one; ``factory`` has those that it leaves the factory with; ``new`` is
what a new one must have, and ``strength`` how hard it is to guess.
"""
