"""Commands for backups: ``backup``, ``restore``, ``diff``, and ``stored``, the group ``sicktui backups``."""
