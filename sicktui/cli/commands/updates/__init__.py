"""Commands for updates, and for runs of any kind: ``plan``, ``update`` and ``runs``."""
