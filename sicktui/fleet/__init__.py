"""A rollout over many plant PCs, on DBOS and PostgreSQL: the optional extra ``sicktui[fleet]``.

``records`` is what goes through the database, ``bounds`` what that may hold at most. ``selection`` and
``course`` are pure: which devices are meant, and what a rollout does next; ``drafts`` is a rollout
before it is ordered. ``address``, ``database`` and ``tables`` are the way to PostgreSQL and our tables,
``desk`` what a face does with them; ``machinery`` is DBOS.
``coordinator`` and ``worker`` are the two processes, ``orders`` carries an order out through
``update|backup --order KEY``, ``no_addresses`` hides the PC's network and folders; ``report`` makes a
rollout's report. ``local_server`` is a PostgreSQL for a demo.
The runner of each PC stays the only writer to a sensor.
"""
