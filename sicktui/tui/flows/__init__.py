"""What an operator sets out to do, from the first dialog to the result: one flow a file.

A flow is a coroutine. It asks through ``services``, calls the engine and the stores, and reports the result.
``sensors``, ``backups`` and ``passwords`` hold the flows of these; ``update``, ``runs``, ``cancel`` and
``leave`` are here. ``progress`` runs slow work behind a dialog.
"""
