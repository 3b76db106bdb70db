"""What the commands for passwords do. ``login_shared`` is ``login`` for a group."""
