"""The records and rules that every layer shares. Nothing in here does I/O.

Records: ``device``, ``snapshot``, ``settings``; their fixed words are in ``enums`` and ``families``, exit
codes in ``exit_codes``, JSON lines in ``lines/``. By topic: ``firmware/``, ``network/`` (addresses),
``passwords/``, ``run/`` (plan, events, the reducer), ``spread/`` (who may start when), ``search/`` (what a
search finds, and what it means), ``health/``, ``measuring/`` (scan data) and ``filter/`` (the language of
filters). ``update/``, ``backup/`` and ``restore/`` decide from evidence what may be done and how a job
ended (``judgement``). Helpers: ``clock`` (time is injected), ``decoding`` (JSON), ``safe_text`` (text from
outside), ``wording``, ``suggest``, ``errors``, ``variable`` (a value of a sensor, or why it is unreadable).
"""
