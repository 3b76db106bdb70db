"""The records and rules that every layer shares. Nothing in here does I/O.

Records: ``device``, ``package``, ``plan``, ``event``, ``snapshot``, ``settings``; their fixed words are in
``enums``, exit codes in ``exit_codes``. Rules: ``run_view`` folds events into what front ends show;
``address`` and ``version`` parse addresses and versions; ``addressing`` and ``address_change`` are about a
sensor's IPv4 address; ``discovery`` has what a search finds, and ``search`` what it means; ``evidence``,
``judgement``, ``observations``, ``act_rule`` and ``verdict_rule`` decide what may be done and how a job
ended. Helpers: ``clock`` (time is injected), ``decoding`` (JSON), ``safe_text`` (text from outside),
``wording``, ``suggest``, ``errors``, ``factory_passwords``.
"""
