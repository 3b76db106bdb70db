"""What is kept on this PC: settings, profiles, credentials, packages, backups, the journal."""
