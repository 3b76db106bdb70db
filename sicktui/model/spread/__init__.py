"""How a run spreads over its sensors. Pure: the same answers for the preview, the runner and a resume.

``pace``: what was asked for (places, canaries, waves, soak, approval, budget). ``window``: the hours in
which sensors may start. ``stages``: the order that follows from it, before anything has happened. ``rule``:
who may start now, why each other may not, and who ends without a start.
"""
