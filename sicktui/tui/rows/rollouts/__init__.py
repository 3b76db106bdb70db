"""Other plant PCs of the fleet, and the rollouts over all of them.

``devices`` makes rows of what the PCs publish, ``rollout`` those of one rollout. What comes from the database
was written by others: every text is cleaned and capped here.
"""
