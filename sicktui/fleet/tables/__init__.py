"""The tables: ``schema`` makes them, ``decisions`` are the coordinator's, ``deliveries`` a worker's."""
