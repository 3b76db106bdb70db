"""What is done: plans, runs and their jobs, the runner process, the monitor."""
