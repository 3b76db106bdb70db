"""Other plant PCs of the fleet, and the rollouts over all of them.

``devices`` and ``packages`` make rows of what the PCs publish, ``draft`` those of a rollout before it is
ordered, ``rollout`` those of one that was. What comes from the database was written by others: every
text is cleaned and capped here.
"""
