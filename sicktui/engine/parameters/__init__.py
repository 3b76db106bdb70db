"""Parameters of sensors.

``variables``: which ones a snapshot reads. ``snapshot``: reads and stores them. ``compare``: what differs
between two snapshots. ``agreement``: whether a file has the sensor's values. ``of_backup``: the parameters
that are known of a backup.

``write``: reads or writes a single one, with proof; ``write_many``: one of several sensors. Both by
``plan`` (what would change), ``read_back`` (sends a value and reads it back) and ``saving`` (over a power
cycle).
"""
