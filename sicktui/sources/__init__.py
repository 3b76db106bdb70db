"""Where packages come from. A source offers firmware and fetches it to this PC; the shelf is the caller's.

``source`` has the interface and its errors, ``opening`` makes sources of the settings, ``verify`` checks
what was fetched, ``pace`` keeps the distance between check-ins across processes. ``room`` is a folder to
fetch into, ``part_file`` a file until it is complete, ``broker`` where hints arrive. ``folder/`` is a
directory or a share, ``thinx/`` a THiNX server. A third kind is a folder here and a line in ``opening``.

Nothing here writes to a sensor, and nothing of a server's own words is known outside of its folder.
"""
