"""The health of a sensor: what it reports about itself, and what that means.

``records`` has what is read (``Reading``), what is concluded (``Finding``, ``Measure``) and the result
(``Report``); ``variables`` names what is read of which family. ``parsing`` makes a value of one JSON
value, or finds it unreadable; ``facts`` applies that to one reading of a sensor. ``rules`` is the table of
rules, by topic, ``limits`` their thresholds. ``judgement`` is the pure function from readings to a report.
``sectors`` is contamination by sector, ``words`` are measures in the words of a table.

Over time: ``since`` (what came after a reading), ``watching`` (some minutes), ``history`` (hour by hour),
``comparison`` (before and after an update), ``announcing`` (when the log reports a change).
"""
