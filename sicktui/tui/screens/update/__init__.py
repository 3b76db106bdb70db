"""An update: the ``package``, the ``plan``, its ``plan_options`` and the ``plan_question`` before it.

``shelf`` has the packages, ``offers`` what sources have.
"""
