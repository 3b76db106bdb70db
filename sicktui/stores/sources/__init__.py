"""What is remembered of the sources of packages.

``udids`` has the id by which a server knows each sensor, written before anything else is done with it;
``offers`` what the last checks found and how long a failing fetch pauses. Neither holds a key or a token.
"""
