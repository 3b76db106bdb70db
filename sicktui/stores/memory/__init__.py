"""What the program remembers by itself, across its processes.

``last_seen`` is the sensor that answered last for each device, ``sensor_memory`` what sensors have been
seen to do, ``health_memory`` what their health is compared with, ``places`` the folders that files came
from or went to, ``view`` how the dashboard looked.
"""
