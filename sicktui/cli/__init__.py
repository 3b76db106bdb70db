"""The commands: parse, call the engine, print."""
