"""What the program remembers by itself, across its processes.

``last_seen`` is the sensor that answered last for each device, ``sensor_memory`` what sensors have been seen
to do, ``places`` the folders that files came from or went to, ``view`` how the dashboard looked.
"""
