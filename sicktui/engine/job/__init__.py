"""What every job of a run has.

``job``: its device and tools. ``record`` and ``recorder``: its way to the journal. ``control``: cancel flag
and failure budget. ``ended``: the exception that ends it with a verdict. ``past``: what the journal knows of
it after an interruption. ``waiting``: retries and polling.
"""
