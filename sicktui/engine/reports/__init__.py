"""A run as something to read afterwards, made from its journal alone.

``causes`` groups what went wrong, ``timeline`` turns events into spans of time, ``facts`` has everything that
a report shows; ``document`` is what both faces call: it renders ``as_html`` (with ``picture_svg``),
``as_markdown`` (with ``picture_text``), ``as_csv`` or JSON. Nothing here contacts a sensor, and the same
journal always makes the same bytes.
"""
