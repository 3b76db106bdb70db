"""Ordering a rollout: ``package``, ``plan`` with question, ``options``. Imported where there is a fleet."""
