"""The records and words that every layer speaks. Nothing in here does I/O."""
