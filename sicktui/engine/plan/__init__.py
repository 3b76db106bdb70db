"""What every plan has.

``base``: reading the sensors. ``refusal``: a reason to refuse one. ``spec``: the description of the run that
follows a plan.
"""
