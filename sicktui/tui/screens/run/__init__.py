"""One run: ``timeline`` (live, or of a past one) and ``verdicts`` (how it ended, and what to do).

``report`` writes it to a file. ``rollout`` is one over the PCs of the fleet.
"""
