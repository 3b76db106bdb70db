"""The screens and dialogs, one feature each. They ask and answer; flows decide what happens next.

``update``, ``run``, ``rollouts``, ``backups``, ``sensors`` and ``passwords`` hold what belongs to these. For
the PC as a whole: ``runs``, ``doctor``, ``help``, ``settings``, ``theme``, ``columns`` (of the list) and
``leave``. ``readers`` reads from the disk what these list.
"""
