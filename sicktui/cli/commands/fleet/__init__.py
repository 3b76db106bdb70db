"""Many plant PCs: the command ``fleet``."""
