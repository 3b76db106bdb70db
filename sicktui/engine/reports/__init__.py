"""A run as something to read afterwards, made from its journal alone.

``causes`` groups what went wrong, ``timeline`` turns events into spans of time, ``facts`` has everything
that a report shows, in ``records``; ``document`` is what both faces call: it renders ``as_html`` (with
``picture_svg``), ``as_markdown`` (with ``picture_text``), ``as_csv`` or ``as_json``, which share ``words``.
Nothing here contacts a sensor, and the same journal always makes the same bytes.
"""
