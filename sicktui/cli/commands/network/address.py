"""``sicktui address``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, completes


@command("address")
@click.argument("device", metavar="[DEVICE]", required=False, shell_complete=completes("names"))
@click.option("--mac", metavar="MAC", help="The sensor with this MAC address, by AutoIP, instead of DEVICE.")
@click.option("--ip", metavar="IP", help="The new static address.")
@click.option("--mask", metavar="MASK", help="Its subnet mask, as 255.255.255.0 or 24. Default: as it is.")
@click.option("--gateway", metavar="IP", help="Its gateway; 0.0.0.0 for none. Default: as it is, if it fits.")
@click.option("--dhcp", is_flag=True, help="Get the address from a DHCP server.")
@click.option(
    "--fallback",
    type=click.Choice(["static", "retry"]),
    help="Without a DHCP server: take the static address, or ask again for ever.",
)
@click.option(
    "--outside-subnet",
    is_flag=True,
    help="The second yes, with --yes, to an address that this PC may not reach.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0, max=86_400),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="With --mac: how long to wait until it takes an address.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=80,
    show_default=True,
    help="With --mac: TCP port of its REST API.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="IP[:PORT]",
    help="With --mac: ask this host by unicast too. Repeatable.",
)
@click.option("--no-broadcast", is_flag=True, help="With --mac: send no broadcasts: ask the targets only.")
def address(
    common: Common,
    *,
    device: str | None,
    mac: str | None,
    ip: str | None,
    mask: str | None,
    gateway: str | None,
    dhcp: bool,
    fallback: str | None,
    outside_subnet: bool,
    wait: float,
    port: int,
    targets: tuple[str, ...],
    no_broadcast: bool,
) -> int:
    r"""Show or set a sensor's IPv4 address.

    Without options it shows how the sensor gets its address, the address in use, and whether a search finds
    it. With --ip, --mask, --gateway, --dhcp or --fallback it sets them: writes, reads back, applies
    (EthernetUpdate), finds the same sensor at its new address, and only then saves. Until it is saved,
    switching the sensor off and on restores the old address. The device list follows.

    With --mac instead of DEVICE, a sensor that cannot be reached over REST yet is asked by AutoIP, in
    whatever subnet it is. It takes an address only for 60 s after it was switched on, unless its
    EtherCoLaScanMode is 0. Then it is found over REST, and saves.

    Exit code 1 if the sensor is not at its new address or has not saved it, 3 if that is not known, 4 if
    nothing was written (it is busy, another sensor answers, the address is in use).

    \b
    Examples:
      sicktui address gate-1
      sicktui address gate-1 --ip 192.168.0.11 --mask 255.255.255.0
      sicktui address 192.168.0.1 --dhcp --fallback static
      sicktui address --mac 00:06:77:22:48:83 --ip 192.168.0.11 --wait 120
    """
    wanted = actions.address.Wanted(
        ip=ip, mask=mask, gateway=gateway, dhcp=dhcp, fallback=fallback, outside=outside_subnet
    )
    if mac is None:
        return actions.address.address(common, device, wanted)
    asked = actions.address.AutoIpQuestion(wait=wait, port=port, targets=targets, broadcast=not no_broadcast)
    return actions.address.by_mac(common, mac, device, wanted, asked)
