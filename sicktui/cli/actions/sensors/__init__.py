"""What the commands for sensors do.

``inventory`` has import, export and overview of ``devices``; ``parameters`` has get, set and find-me.
"""
