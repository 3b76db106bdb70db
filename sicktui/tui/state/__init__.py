"""What the dashboard knows, without Textual and I/O.

``dashboard`` holds devices, observations, marks and runs, and makes the rows of the main screen.
``observed`` is what was observed of a device, ``health`` that of the listed sensors, ``marks`` are the
marked devices, ``shown_runs`` the runs that are followed and ``rates`` how fast they move bytes;
``elsewhere`` is other PCs. ``asked`` is what was entered for a search, ``pending`` what a command does
before its dialog. ``device_detail`` puts one device into words.
"""
