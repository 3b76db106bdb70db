"""What the dashboard knows, without Textual and I/O.

``dashboard`` holds devices, observations, marks and runs, and makes the rows of the main screen.
``device_detail`` puts one device into words.
"""
