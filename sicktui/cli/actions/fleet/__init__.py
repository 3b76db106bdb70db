"""Many plant PCs: what ``sicktui fleet`` does. The extra ``fleet`` is imported when a command needs it."""
