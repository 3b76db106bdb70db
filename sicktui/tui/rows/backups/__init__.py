"""The backups on this PC: ``table`` has those of a device, ``marks`` what the device list shows of them."""
