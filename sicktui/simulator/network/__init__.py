"""TCP, HTTP/1.1 and UDP, with full control of the socket.

- ``http``: requests and replies on one connection, cut, slow or reset as a fault wants it; ``websocket``:
  what such a connection can become
- ``certificates``: made and described, for HTTPS
- ``port``: a port that is open, or closed for real, and keeps its number
- ``autoip``, ``autoip_packets``: the UDP port that searches arrive at, and what is in their datagrams
- ``datagrams``, ``scan_packets``: the UDP port that measured data leaves from, and what is in it
- ``interface``: a network interface that one sensor has to itself
"""
