"""``sicktui get``, ``set`` and ``find-me``: single parameters."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, completes, devices_argument


@command("get")
@click.argument("device", metavar="DEVICE", shell_complete=completes("names"))
@click.argument("name", metavar="NAME")
def get(common: Common, device: str, name: str) -> int:
    r"""Read one parameter of a sensor, such as LocationName.

    NAME is spelled as in the vendor's OpenAPI. No password is needed.

    \b
    Example:
      sicktui get gate-1 LocationName
    """
    return actions.parameters.get(common, device, name)


@command("set")
@click.argument("device", metavar="DEVICE", shell_complete=completes("names"))
@click.argument("name", metavar="NAME")
@click.argument("value", metavar="VALUE")
@click.option(
    "--persist/--no-persist",
    default=False,
    help="Save it on the sensor, to survive a power cycle. Default: no.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would change; write nothing.")
def set_value(common: Common, *, device: str, name: str, value: str, persist: bool, dry_run: bool) -> int:
    r"""Write one parameter of a sensor.

    Shows the old and the new value, asks, writes, and reads the value back. VALUE is plain text for a
    text, and JSON for everything else.

    Exit code 1 if the sensor did not accept or not save it, 3 if that is not known, 4 if the sensor is busy
    or another one answers: nothing was written then.

    \b
    Examples:
      sicktui set gate-1 LocationName "gate 1, north" --persist
      sicktui set gate-1 ScanDataEthSettings '{"Port": 2116}' --dry-run
    """
    return actions.parameters.write(common, device, name, value, persist=persist, dry_run=dry_run)


@command("find-me")
@devices_argument(required=True)
@click.option(
    "--seconds", type=click.IntRange(min=1, max=65535), default=10, show_default=True, help="How long."
)
def find_me(common: Common, devices: tuple[str, ...], seconds: int) -> int:
    r"""Make sensors blink so you can find them on site.

    \b
    Example:
      sicktui find-me gate-1 --seconds 30
    """
    return actions.parameters.find_me(common, devices, seconds)
