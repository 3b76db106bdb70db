"""The device list, and one sensor.

The list: ``device_form`` (add or change), ``tags``, ``search``, ``commission``, ``overview``. A sensor:
``details``, ``health``, ``rename``, ``address``, ``parameters``; ``set_many`` sets one of several sensors.
``snapshots`` chooses what to compare, ``diff`` shows what differs.
"""
