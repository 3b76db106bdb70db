"""Restores: from a stored backup to a sensor that is proven to have its parameters.

In the order of a job: ``plan`` and ``rules`` (may it be restored), ``source`` (which backup), ``job``
(the six steps), ``activation`` (upload and restore), ``results`` (what the sensor reports), ``readback``
(the proof), ``replacement`` (a new sensor in the place of an old one).
"""
