"""Runs. Pure.

``plan`` is what would happen to each device, ``document`` a plan that is saved and executed later,
``order`` a key that always means the same run. ``event`` has the facts of a run, and ``view`` folds them
for every face.
"""
