"""Runs and their runner process.

To start one: ``launch``, ``spawn``, ``handshake``, ``process``, and ``session`` (whether it outlives a
logout). In the runner: ``runner`` (the process), ``execution`` (all devices), ``device_run`` (one device),
``staging`` (a copy of the package), ``verdicts`` and ``events``. For front ends: ``follow``, ``history``
(the events of a run) and ``diagnosis`` (why a runner is gone).
"""
