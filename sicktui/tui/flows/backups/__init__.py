"""Take, keep and restore backups; replace a sensor."""
