"""Firmware updates: from a package and a list of devices to a proven version on each.

The plan: ``plan`` gives every device a reason, by ``rules`` (skip or refuse), ``versions`` (which one the
package brings), ``approval`` (of a person) and ``reboot_warnings``; ``document`` saves a plan and executes
it later.

The job: ``job`` (the eight steps, which ``steps`` derives from the evidence), ``preparation`` (up to the
first byte; ``resume`` after an interruption), ``machine`` (decides the next act, without I/O), ``observer``
(looks), ``acts`` (carries it out), ``quiet`` (what is read while nothing waits for it). ``checks`` compares
parameters and health afterwards. ``model/update/verdict_rule.py`` has the verdict.
"""
