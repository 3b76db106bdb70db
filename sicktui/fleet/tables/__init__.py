"""The tables, and what each of the processes does with them.

``schema`` makes them, ``fence`` keeps the logins apart in those of DBOS. ``decisions`` are the coordinator's,
of which ``seat`` lets only one work; ``deliveries`` are a worker's.
"""
