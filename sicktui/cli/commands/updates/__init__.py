"""Commands for updates, and for runs of any kind: ``plan``, ``update`` and ``runs``.

``spread`` has the options of how a run spreads over its sensors, ``report_options`` those of a report.
"""
