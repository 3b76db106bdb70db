"""``sicktui discover``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("discover")
@click.option("--cidr", "cidrs", multiple=True, metavar="NET", help="Also ask every address of a range.")
@click.option(
    "--port", "ports", multiple=True, type=int, metavar="P", help="TCP port to ask. [default: 80; repeatable]"
)
@click.option(
    "--target", "targets", multiple=True, metavar="IP[:PORT]", help="Also ask this address. Repeatable."
)
@click.option("--no-broadcast", is_flag=True, help="Ask nothing but --target and --cidr.")
@click.option("--wait", type=float, metavar="SECONDS", help="Collect answers for this long. [default: 5]")
@click.option("--add", is_flag=True, help="Add the new sensors to the device list.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="With --add: tag them. Repeatable.")
@click.option("--follow-moved", is_flag=True, help="Change the address of devices that have moved.")
def discover(
    common: Common,
    /,
    *,
    cidrs: tuple[str, ...],
    ports: tuple[int, ...],
    targets: tuple[str, ...],
    no_broadcast: bool,
    wait: float | None,
    add: bool,
    tags: tuple[str, ...],
    follow_moved: bool,
) -> int:
    r"""Find sensors in the network, and add them to the list.

    Searches by broadcast (AutoIP), in the neighbour table of this PC, and in ranges with --cidr.
    Writes nothing to a sensor. A sensor is 'confirmed' when its own REST API reports its serial number
    or MAC address, and agrees with its answer to the search; only such sensors are added. Exit code 0
    also if none was found; 1 if the search could not be made.

    \b
    Examples:
      sicktui discover
      sicktui discover --cidr 192.168.0.0/24 --add --tag hall-3
      sicktui discover --target 10.0.4.17 --no-broadcast
      sicktui discover --follow-moved
    """
    options = actions.discover.Options(
        cidrs=cidrs,
        ports=ports,
        targets=targets,
        broadcast=not no_broadcast,
        add=add,
        tags=tags,
        follow_moved=follow_moved,
    )
    return actions.discover.discover(common.overriding(discovery__wait=wait), options)
