"""``sicktui commission``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("commission")
@click.argument("file", metavar="FILE")
@click.option(
    "--wait",
    type=click.FloatRange(min=0, max=86_400),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for sensors that are off, or take no address yet.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=80,
    show_default=True,
    help="TCP port of their REST API.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="IP[:PORT]",
    help="Ask this host by unicast too. Repeatable.",
)
@click.option("--no-broadcast", is_flag=True, help="Send no broadcasts: ask the targets only.")
@click.option(
    "--outside-subnet",
    is_flag=True,
    help="The second yes, with --yes, to addresses that this PC may not reach.",
)
def commission(
    common: Common,
    *,
    file: str,
    wait: float,
    port: int,
    targets: tuple[str, ...],
    no_broadcast: bool,
    outside_subnet: bool,
) -> int:
    r"""Set up new sensors from a list: addresses, names, device list.

    FILE is a CSV table with the columns mac or serial, address, mask, gateway, name and tags. New sensors
    share 192.168.0.1, so each is asked by its MAC address, one by one (AutoIP). By default a sensor takes an
    address only for 60 s after it was switched on: the others are asked again until --wait is over, so switch
    them off and on meanwhile. Each sensor that answers at its address is added to the list, gets its name
    (LocationName) and saves.

    Exit code 1 if one failed, 3 if that of one is not known, 4 if nothing was sent.

    \b
    Examples:
      sicktui commission hall-3.csv
      sicktui commission hall-3.csv --wait 600 --yes --password-stdin <pw.txt
    """
    return actions.commission.commission(
        common,
        file,
        wait=wait,
        port=port,
        targets=targets,
        broadcast=not no_broadcast,
        outside=outside_subnet,
    )
