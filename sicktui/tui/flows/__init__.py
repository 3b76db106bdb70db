"""What an operator sets out to do, from the first dialog to the last: one flow per file."""
