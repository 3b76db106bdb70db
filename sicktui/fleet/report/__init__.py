"""A rollout as something to read afterwards, from what the database of the fleet holds.

``facts`` is everything that the report shows; ``forms`` renders it with the parts of a run's report
(``sicktui.engine.reports``). The head of each order's chain is the one that ``runs verify`` shows on its PC.
"""
