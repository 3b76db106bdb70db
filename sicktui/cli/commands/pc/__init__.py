"""Commands that need this PC alone.

``doctor``, ``config``, ``completion``, ``manual`` (``sicktui help``) and ``serve``; ``demo`` and
``simulate`` have simulated sensors.
"""
