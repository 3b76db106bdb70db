"""The screens and dialogs, one feature each. They ask and answer; flows decide what happens next.

Forms: ``backup``, ``device_form``, ``login``, ``plan_options``, ``rename``; with their menus ``vault`` and
``passphrases``. Lists to choose from: ``package``, ``version_picker``, ``runs``, ``snapshots``.
Full screens: ``plan``, ``restore``, ``replace``, ``history`` and ``backups`` (both on ``backup_list``),
``shelf``, ``parameters``, ``diff``, ``doctor``. To read: ``details``, ``help``.
"""
