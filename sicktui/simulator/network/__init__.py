"""TCP and HTTP/1.1, with full control of the socket.

- ``http``: requests and replies on one connection, cut, slow or reset as a fault wants it
- ``certificates``: made and described, for HTTPS
- ``port``: a port that is open, or closed for real, and keeps its number
"""
