"""Parameter backups: plan, create, fetch, store, and their history.

In the order of a job: ``plan`` (which sensors can be backed up), ``job`` (the four steps), ``create`` (the
trigger), ``download`` (complete and stable), ``freshness`` and ``age`` (current, or an old file),
``fetch`` (these together), ``keep`` (stores it). ``history`` lists and verifies what is stored;
``imports`` describes files from elsewhere.
"""
