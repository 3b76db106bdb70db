"""The JSON lines that commands print beside the events of runs (``model.run.event``): one record each.

- ``base``: what every line has. ``every``: all kinds of lines.
- ``sensors``, ``network``, ``parameters``, ``packages``, ``backups``, ``passwords``, ``runs``, ``fleet``,
  ``pc``: the kinds, by topic.

``docs/json.md`` and the JSON schema beside it are made of these records.
"""
