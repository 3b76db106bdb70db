"""Restores: from a stored backup to a sensor that is proven to have its parameters.

In the order of a job: ``plan`` and ``rules`` (may it be restored), ``source`` (which backup), ``preview``
(what would change), ``job`` (the six steps), ``machine`` (decides the next act, without I/O), ``acts``
(carries it out), ``readback`` (looks), ``returning`` (the first contact of a resumed one), ``replacement``
(a new sensor in the place of an old one). ``model/restore/rule.py`` has the verdict.
"""
