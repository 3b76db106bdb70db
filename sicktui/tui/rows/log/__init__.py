"""The log: ``lines`` makes a line of each event, ``book`` keeps them, ``title`` is its heading."""
