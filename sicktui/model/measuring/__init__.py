"""Whether a sensor measures: what its datagrams show, and what that is worth. No I/O.

``datagrams`` decodes one datagram (Compact, MSGPACK); ``stream`` adds up those that were received;
``receiving`` decides whether this PC gets them; ``evidence`` is all that is known, and in words what it is
worth. The rules over it are in ``model/health/rules/measuring``.
"""
