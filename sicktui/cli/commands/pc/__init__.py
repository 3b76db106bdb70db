"""Commands that need this PC alone: ``doctor``, and ``demo`` and ``simulate`` with simulated sensors."""
