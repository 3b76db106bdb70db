"""An update: the ``package``, the ``plan``, its ``plan_options``, the ``plan_question``.

``plan_view`` is a plan on the screen, also that of a rollout. ``shelf`` has the packages, ``offers`` what
sources have.
"""
