"""What ``doctor``, ``demo`` and ``simulate`` do."""
