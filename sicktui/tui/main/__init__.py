"""The main screen and its parts.

``screen`` receives messages and keys; ``dispatcher`` runs commands as flows (``flow_table`` has them),
``services`` is what flows use.
``workers`` find things out about sensors, runs, the list, backups and sources.
``renderer`` draws the state, with ``layout`` and ``status_line``; ``panes`` and ``log_actions`` change what
is shown.
``notifier`` writes the log and ``notes``; ``palette`` and ``hinter`` show the command table;
``completion`` completes the filter.
"""
