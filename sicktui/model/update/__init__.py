"""How an update is judged: pure, without I/O.

- ``observations``: what can be seen of a sensor and sent to it
- ``evidence``: all of it folded together, each fact with its moment; ``proof``: what proves a reboot;
  ``sent``: what left this PC
- ``act_rule``: what may be sent now, and what is still waited for
- ``verdict_rule``: the table of rules that ends an update; ``sentences``: their words
"""
