"""The health of a sensor: what it reports about itself, and what that means.

``records`` has what is read (``Reading``), what is concluded (``Finding``, ``Measure``) and the result
(``Report``); ``variables`` names what is read of which family. ``parsing`` makes a value of one JSON
value, or finds it unreadable; ``facts`` applies that to one reading of a sensor. ``rules`` is the table of
rules, by topic. ``judgement`` is the pure function from readings to a report. ``sectors`` is contamination by
sector.
"""
