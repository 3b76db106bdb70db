"""Parameters of sensors: ``table`` has those of one, ``snapshots`` those stored, ``diff`` what differs.

``set_many`` is one parameter of several sensors.
"""
