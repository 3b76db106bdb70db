"""What the commands for backups do. ``stored`` is the group ``sicktui backups``."""
