"""What tables show: frozen records, their columns, and one of them in full. No Textual and no I/O.

One module a table: ``devices``, ``jobs`` (the part in a run) with ``step_time``, ``runs``, ``plan``,
``packages``, ``offers``, ``search``, ``overview``, ``tags``, ``files``, ``settings``, ``help`` and
``beginning`` (an empty list). Folders hold the tables of one topic: ``fleet/`` is the table of the main
screen, ``rollouts/`` other PCs, ``run/`` shows one run over time and how it ended, then ``backups/``,
``health/``, ``parameters/`` with snapshots and differences, ``restore/`` with replacements, and ``log/``.
"""
