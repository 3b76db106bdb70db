"""What every plan has.

``base``: reading the sensors, and the reasons to refuse one. ``spec``: the description of the run that
follows a plan.
"""
