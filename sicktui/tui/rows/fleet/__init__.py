"""The table of the main screen: each device once, with its part in a run beside it.

``row`` is a line of it, ``order`` sorts, ``arrange`` groups and folds the lines, ``columns`` are what they
show and ``choice`` which of them; ``run_header`` is the line about a run as a whole, with ``remaining``,
its time.
"""
