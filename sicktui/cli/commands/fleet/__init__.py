"""Many plant PCs: ``fleet_rollouts`` is the command ``fleet`` with its subcommands."""
