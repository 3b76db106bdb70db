"""The options of ``runs report`` and ``fleet report``."""

import click

form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "csv", "json"]),
    help="Default: by the name of FILE, else md.",
)
output_option = click.option(
    "--output", type=click.Path(), metavar="FILE", help="Write to FILE instead of stdout (-)."
)
