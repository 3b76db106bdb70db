"""What the commands for this PC do.

``doctor`` checks the PC, ``config`` shows and edits settings, ``completion`` and ``manual`` (``sicktui
help``) print. ``serve`` shows the dashboard in a browser, and ``web`` is the server for it. ``demo`` and
``simulate`` run simulated sensors.
"""
