"""Bytes on their way to and from one address.

- ``client``: HTTP: one request, its time limits, and what went wrong
- ``requests``: httpx and httpcore, each request on a connection of ours
- ``attempt``: how far one request has come on its connection, and how an upload ends early
- ``connection``: a TCP connection, plain or encrypted
- ``messages``: a request and its answer, free of any library
- ``file_streams``: uploads and downloads, never whole in memory
- ``trust``: which certificate a sensor may show over HTTPS, checked on the connection that carries a request
- ``names``: host names are looked up in separate threads
- ``time_limit``: counts only while this process runs
- ``failures``: a broken request in words
- ``redaction``: removes secrets that were sent from what comes back
"""
