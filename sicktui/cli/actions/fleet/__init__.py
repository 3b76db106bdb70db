"""Many plant PCs: what ``sicktui fleet`` does. The extra ``fleet`` is imported when a command needs it.

``fleet_rollouts`` plans, runs, approves and cancels; ``fleet_watch`` attaches and lists, ``fleet_report``
makes the report of a rollout. ``fleet_processes`` is the worker of a PC, the coordinator, and the login to
the database. ``fleet_demo`` starts all of it with simulated sensors. ``fleet_shared`` is what these share.
"""
