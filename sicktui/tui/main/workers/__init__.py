"""What runs beside the main screen and finds things out, each in a worker of Textual.

``sensor_poller`` and ``run_tracker`` follow sensors and runs, ``health_watch`` the health of sensors;
``device_list``, ``settings_watch``, ``backup_watch``, ``offer_watch`` and ``fleet_watch`` read what others
may change: the list, the settings, the backups, the sources, other PCs. ``password_watch`` finds devices
without a password, ``lost_watch`` sensors whose addresses have stopped answering. ``metrics_keeper`` writes
what is read for Prometheus, ``view_keeper`` how the dashboard looks.
"""
