"""How a restore is judged: pure, without I/O.

- ``evidence``: what was seen and sent, folded together
- ``rule``: the table of rules that ends a restore; ``sentences``: their words
- ``results``: the sensor's own result codes, each with its advice
"""
