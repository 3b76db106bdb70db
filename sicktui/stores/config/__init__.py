"""Settings and the device list.

``settings`` reads ``config.toml`` and ``--set``, ``settings_file`` shows and changes them one by one;
``devices`` is ``devices.toml``, ``device_rules`` checks its entries, ``tags`` changes those of many, and
``device_files`` imports and exports them, ``spreadsheet`` as tables. ``toml`` finds the line of a key for
an error message; ``schema`` turns tables into records, strictly. ``address_changes`` keeps which changes of
addresses are open; ``commissioning_file`` reads the list of new sensors.
"""
