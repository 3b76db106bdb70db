"""Files, folders and locks, safe against power loss and other processes.

``files`` writes atomically and names the cause of every ``OSError``; ``home`` knows the folders of an
installation, ``written_by`` which version has written one. ``listing`` looks into folders for path fields.
``file_lock`` is the operating system's lock, ``locks`` has those of sensors and runs, and ``lock_owner``
the file that names their holder. ``sealed_json`` reads and writes JSON with a hash over it;
``shared_record`` is JSON that several processes change, ``turns`` who asks a sensor. ``ids`` resolves the
beginning of an id. ``sqlite`` has what databases share.
"""
