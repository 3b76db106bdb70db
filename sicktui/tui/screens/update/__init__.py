"""An update: the package, the shelf of packages, the plan and its options."""
