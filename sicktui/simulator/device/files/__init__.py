"""The files of a simulated device: firmware packages, backups, and the diagnosis."""
