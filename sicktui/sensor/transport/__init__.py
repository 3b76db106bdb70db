"""Bytes on their way to and from one address.

- ``client``: HTTP; the only module that uses httpx, imported without its extras by ``lean_httpx``
- ``messages``: a request and its answer, free of any library
- ``file_streams``: uploads and downloads, never whole in memory
- ``early_reply``: a refusal that comes before the end of an upload
- ``names``: host names are looked up in separate threads
- ``failures``: a broken request in words
- ``redaction``: removes secrets that were sent from what comes back
"""
