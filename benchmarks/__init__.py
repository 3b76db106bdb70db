"""Benchmarks of sicktui: real processes and real HTTP on this PC, against simulated sensors."""
