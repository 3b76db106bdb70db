"""What the dashboard knows, without Textual and I/O.

``dashboard`` holds devices, observations, marks and runs, and makes the rows of the main screen.
``marks`` are the marked devices. ``device_detail`` puts one device into words.
"""
