"""The pieces of the screens. They show frozen records and know nothing of the engine."""
