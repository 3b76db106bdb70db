"""Bytes on their way to and from one address.

- ``client``: HTTP; the only module that uses httpx, imported without its extras by ``lean_httpx``
- ``attempt``: how far one request has come, and how an upload ends early
- ``messages``: a request and its answer, free of any library
- ``file_streams``: uploads and downloads, never whole in memory
- ``trust``: which certificate a sensor may show over HTTPS, checked on the connection that carries a request
- ``early_reply``: a refusal that comes before the end of an upload
- ``names``: host names are looked up in separate threads
- ``failures``: a broken request in words
- ``redaction``: removes secrets that were sent from what comes back
"""
