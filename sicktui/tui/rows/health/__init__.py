"""The health of a sensor: ``cells`` in the list, ``view`` all of it as lines.

``sectors`` is its front, ``history`` its last days.
"""
