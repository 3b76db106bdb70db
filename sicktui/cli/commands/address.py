"""``sicktui address``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("address")
@click.argument("device", metavar="DEVICE")
@click.option("--ip", metavar="IP", help="The new static address.")
@click.option("--mask", metavar="MASK", help="Its subnet mask, as 255.255.255.0 or 24. Default: as it is.")
@click.option("--gateway", metavar="IP", help="Its gateway; 0.0.0.0 for none. Default: as it is, if it fits.")
@click.option("--dhcp", is_flag=True, help="Get the address from a DHCP server.")
@click.option(
    "--outside-subnet",
    is_flag=True,
    help="The second yes, with --yes, to an address that this PC may not reach.",
)
def address(
    common: Common,
    *,
    device: str,
    ip: str | None,
    mask: str | None,
    gateway: str | None,
    dhcp: bool,
    outside_subnet: bool,
) -> int:
    r"""Show or set a sensor's IPv4 address.

    Without options it shows how the sensor gets its address, the address in use, and whether a search finds
    it. With --ip, --mask, --gateway or --dhcp it sets them: writes, reads back, applies (EthernetUpdate),
    finds the same sensor at its new address, and only then saves. Until it is saved, switching the sensor off
    and on restores the old address. The device list follows.

    Exit code 1 if the sensor is not at its new address or has not saved it, 3 if that is not known, 4 if
    nothing was written (it is busy, another sensor answers, the address is in use).

    \b
    Examples:
      sicktui address gate-1
      sicktui address gate-1 --ip 192.168.0.11 --mask 255.255.255.0
      sicktui address 192.168.0.1 --dhcp
    """
    return actions.address.address(
        common, device, ip=ip, mask=mask, gateway=gateway, dhcp=dhcp, outside=outside_subnet
    )
