"""The update machine against a model of a sensor that may do anything a sensor can do.

``world`` is what is fixed about a sensor and the bounds of lateness, ``sensor`` what it does by itself and
what may befall it, ``answers`` what it replies, ``explorer`` every path of both through each other, ``walks``
random paths beyond the bound, ``pages`` the tables of docs/reliability.md, and ``run`` the command.
``restore_model`` and ``backup_model`` are the same for the other two machines; ``paths`` walks both.
"""
