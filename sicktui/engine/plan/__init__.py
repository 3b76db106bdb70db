"""What every plan is made of: reading the sensors, and the reasons to refuse one.

``base``: the skeleton of the three planners. ``spec``: the description of the run that follows a plan.
"""
