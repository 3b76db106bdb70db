"""How a backup is judged: pure, without I/O.

- ``evidence``: what was sent and seen, folded together
- ``age``: how sure it is that a file is of this moment
- ``rule``: the table of rules that ends a backup, with their words
"""
