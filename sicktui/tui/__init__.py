"""The dashboard: one face of the engine, in the terminal."""
