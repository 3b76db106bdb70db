"""What happens at the end of a run, beside its record: a webhook and a command (``[notify]``).

``ended`` makes the message, ``send`` passes it on. With the standard library, and not with httpx: this is
neither a sensor nor a source, and one small POST needs no client of theirs.
"""
