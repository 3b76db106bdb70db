"""What an operator sets out to do, from the first dialog to the result: one flow a file.

A flow is a coroutine. It asks through ``services``, calls the engine and the stores, and reports the result.
Sensors: ``update``, ``backup``, ``restore``, ``replace``, ``parameters``, ``rename``, ``find_me``, ``diff``.
Runs: ``runs``, ``cancel``. Stored backups: ``history`` (of one device), ``backups`` (all).
Secrets: ``login``, ``vault``, ``passphrases``, ``passphrase_unlock``. List: ``devices``, ``device_files``.
``progress`` runs slow work behind a dialog; ``leave`` quits.
"""
