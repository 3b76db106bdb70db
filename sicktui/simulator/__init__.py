"""A fleet of simulated sensors over real HTTP, written from the protocol alone."""
