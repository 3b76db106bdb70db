"""What runs beside the main screen and finds things out, each in a worker of Textual.

``sensor_poller`` and ``run_tracker`` follow sensors and runs; ``device_list``, ``backup_watch`` and
``offer_watch`` read what others may change: the list, the backups, the sources. ``lost_watch`` looks for
sensors whose addresses have stopped answering. ``metrics_keeper`` writes what is read for Prometheus.
"""
