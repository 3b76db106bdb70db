"""Rollouts over the PCs of the fleet: ``order`` orders one, ``follow`` shows, approves and cancels one."""
