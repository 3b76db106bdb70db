"""A THiNX server as a source: this PC checks in on behalf of each sensor.

``protocol/`` has what is sent and answered, as data; ``wire`` sends it over HTTP, ``failures`` explains what
goes wrong on the way. ``registration`` checks in, ``source`` makes offers of the replies, ``fetching`` gets
firmware by whichever way the server has, ``receiving`` reads it in any shape. ``mqtt/`` listens for hints.
Measured on a server of June 2026, and compared with those of August 2017 and October 2026.
"""
