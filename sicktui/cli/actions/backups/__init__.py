"""What the commands for backups do.

``backup`` starts the run of a backup, ``restore`` plans a restore, shows what would change and starts its
run. ``diff`` compares sensors, snapshots and backups, and ``differences`` prints what differs, also for
``set`` and ``restore``. ``stored`` is the group ``sicktui backups``: lists, checks, copies, deletes.
"""
