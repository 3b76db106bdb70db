"""What every job of a run has.

``job``: its device and tools. ``record`` and ``recorder``: its way to the journal. ``control``: cancel flag
and failure budget. ``ended``: the exception that ends it with a verdict. ``past``: what the journal knows
of it after an interruption. ``waiting``: retries and polling; ``hastening``: a wait that a push ends early.
``refind``: follows a sensor that comes back at another address.

Before it starts: ``spreading`` obeys the rule of who may, ``later`` is what keeps starts back from outside,
``line`` whether the line is in use, ``answered`` a sensor that was off when its run was planned.
"""
