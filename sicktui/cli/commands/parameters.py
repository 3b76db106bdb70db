"""``sicktui get``, ``set``, ``diff`` and ``find-me``: single parameters, and how they differ."""

from typing import TYPE_CHECKING

import click

from sicktui.cli.lazy import deferred
from sicktui.cli.options import Common, command, devices_argument

if TYPE_CHECKING:
    from sicktui.cli.actions import diff as comparing
    from sicktui.cli.actions import parameters as values
else:
    comparing = deferred("sicktui.cli.actions.diff")
    values = deferred("sicktui.cli.actions.parameters")


@command("get")
@click.argument("device", metavar="DEVICE")
@click.argument("name", metavar="NAME")
def get(common: Common, device: str, name: str) -> int:
    r"""Read one parameter of a sensor, such as LocationName.

    NAME is written as in the vendor's OpenAPI. Needs no password.

    \b
    Example:
      sicktui get gate-1 LocationName
    """
    return values.get(common, device, name)


@command("set")
@click.argument("device", metavar="DEVICE")
@click.argument("name", metavar="NAME")
@click.argument("value", metavar="VALUE")
@click.option(
    "--persist/--no-persist",
    default=False,
    help="Save it on the sensor, so that it survives a power cycle. Default: no.",
)
def set_value(common: Common, *, device: str, name: str, value: str, persist: bool) -> int:
    r"""Write one parameter of a sensor.

    Shows the old and the new value and asks; reads back what the sensor has made of it. VALUE is
    plain text for a text, and JSON for everything else.

    \b
    Examples:
      sicktui set gate-1 LocationName "gate 1, north" --persist
      sicktui set gate-1 ScanDataEthSettings '{"Port": 2116}'
    """
    return values.write(common, device, name, value, persist=persist)


@command("diff")
@click.argument("device", metavar="DEVICE")
@click.argument("other", metavar="[OTHER]", required=False)
@click.option("--against", metavar="ID", help="Compare with this snapshot, or with this backup's.")
@click.option("--list", "listing", is_flag=True, help="List the snapshots that are kept of this sensor.")
@click.option("--quick", is_flag=True, help="Read only the few parameters that an update compares.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if something differs.")
def diff(
    common: Common,
    *,
    device: str,
    other: str | None,
    against: str | None,
    listing: bool,
    quick: bool,
    exit_code: bool,
) -> int:
    r"""Tell what changed: between a sensor now and earlier, or between two sensors.

    Reads every parameter that the sensor lets be read, and keeps that as a snapshot. Without OTHER and
    --against it is compared with the last snapshot. What cannot be compared is said.

    \b
    Examples:
      sicktui diff gate-1
      sicktui diff gate-1 gate-2
      sicktui diff gate-1 --against 25420067-20261121-095427
    """
    if listing:
        return comparing.snapshots(common, device)
    question = comparing.Question(device=device, other=other, against=against, quick=quick)
    return comparing.diff(common, question, tell_by_exit_code=exit_code)


@command("find-me")
@devices_argument(required=True)
@click.option(
    "--seconds", type=click.IntRange(min=1, max=65535), default=10, show_default=True, help="How long."
)
def find_me(common: Common, devices: tuple[str, ...], seconds: int) -> int:
    """Let sensors blink, to find them on site."""
    return values.find_me(common, devices, seconds)
