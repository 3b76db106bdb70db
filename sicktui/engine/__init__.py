"""The engine: plans, jobs, runs and the runner process. It knows no terminal and draws nothing.

``context`` (folders, settings, stores), ``targets`` (words to devices), ``observe`` (a look at a sensor),
``live`` (looks, and what it pushes between them), ``measuring`` (scan data) and ``authentication`` are
shared by all. From the bottom up: ``discovery`` (a search compared with the list), ``job`` (what every job
has), ``plan`` (what every plan has), ``parameters``, ``password_change``, ``dump`` (diagnosis files),
``health`` and ``address``, then ``backup``, ``restore`` and ``update`` (plan and job of one operation
each), ``metrics`` and ``notify`` (file, webhook, command), ``run`` (the runner process and those who follow
it). On top: ``orders`` (a key that always means the same run), ``retry`` (a new run of what failed),
``prune``, ``reports`` (a run as something to read), ``inventory`` (what is known of each device),
``offers`` (of sources), ``doctor`` (checks of this PC).
"""
