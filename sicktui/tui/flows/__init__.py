"""What an operator sets out to do, from the first dialog to the result: one flow a file.

A flow is a coroutine. It asks through ``services``, calls the engine and the stores, and reports the
result. ``sensors``, ``backups``, ``passwords`` and ``rollouts`` hold the flows of these; for packages and
runs there are ``update``, ``offers``, ``launch`` (which starts any run), ``runs``, ``cancel``, ``retry`` and
``prune_runs``. ``log``, ``settings``, ``demo`` and ``leave`` are for the dashboard. ``progress`` runs slow
work behind a dialog.
"""
