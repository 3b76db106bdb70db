"""How a restore is judged: pure, without I/O.

- ``observations``: what can be seen of a sensor and sent to it; ``evidence``: all of it folded together
- ``rule``: the table of rules that ends a restore; ``sentences``: their words
- ``results``: the sensor's own result codes, each with its advice
"""
