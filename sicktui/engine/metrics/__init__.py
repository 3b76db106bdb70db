"""The Prometheus text file of this PC (``metrics.file``).

``seen`` keeps what was read last of each device across processes, ``families`` turns all that is known into
samples, and ``publish`` writes the file in the format of ``exposition``.
"""
