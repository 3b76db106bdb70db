"""What tables show: frozen records, their columns, and one of them in full. No Textual and no I/O.

One module a table: ``devices``, ``jobs`` (the part in a run) with ``step_time``, ``log``, ``help``, ``runs``,
``plan``, ``offers``, ``packages``, ``overview`` and ``search``. Folders hold the tables of one
topic: ``fleet/`` is the table of the main screen, then ``backups/``, ``parameters/`` with snapshots and
differences, ``restore/`` with replacements.
"""
