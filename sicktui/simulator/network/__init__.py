"""TCP, HTTP/1.1 and UDP, with full control of the socket.

- ``http``: requests and replies on one connection, cut, slow or reset as a fault wants it
- ``certificates``: made and described, for HTTPS
- ``port``: a port that is open, or closed for real, and keeps its number
- ``autoip``, ``autoip_packets``: the UDP port that searches arrive at, and what is in their datagrams
- ``interface``: a network interface that one sensor has to itself
"""
