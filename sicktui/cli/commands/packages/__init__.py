"""Commands for packages of firmware: ``firmware`` and ``sources``."""
