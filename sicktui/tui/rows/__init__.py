"""What tables show: frozen records, their columns, and one of them in full. No Textual and no I/O.

One module a table: ``devices``, ``jobs`` (the update panel), ``log``, ``runs``, ``plan``, ``backups``,
``packages``, ``parameters``, ``diff``, ``restore`` with ``restore_checks``, and ``replacement``.
``backup_marks`` are the marks of missing, old and damaged backups.
"""
