"""What ``discover``, ``address`` and ``commission`` do."""
