"""Parameter backups: plan, create, fetch, store, and their history.

In the order of a job: ``plan`` (which sensors can be backed up), ``job`` (the four steps), ``machine``
(what to do next, by the rules of ``model/backup/``), ``observer`` (reads the sensor, and sends the call),
``download``, ``freshness`` (compares an old file with the sensor), ``keep`` (stores it), ``completion``
(reads all parameters afterwards). ``history`` lists and verifies what is stored, ``marks`` what deserves
attention; ``imports`` describes files from elsewhere.
"""
