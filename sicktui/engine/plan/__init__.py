"""What every plan has.

``base``: reading the sensors. ``refusal``: a reason to refuse one. ``interrupted``: what earlier processes
left open on one. ``clock``: whether that of this PC may be wrong. ``spec``: the description of the run that
follows.
"""
