"""The language in which lists are filtered: ``@line-2 state:failed !model:lms version<2.3``.

``parsing`` makes a ``Filter`` of a text, or a ``FilterError`` with one sentence; ``fields`` has the fields
and what each may be compared with; ``facts`` is what a filter reads of an entry; ``choices`` is what can
be typed next.
"""
