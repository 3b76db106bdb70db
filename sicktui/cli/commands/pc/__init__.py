"""Commands that need this PC alone; those of ``demo`` and ``simulate`` have simulated sensors."""
