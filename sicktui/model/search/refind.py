"""Which sensors are looked for when they have left their addresses. Pure."""

from sicktui.model.device import Target
from sicktui.model.errors import UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.network.subnet import is_ipv4
from sicktui.model.settings import DiscoverySettings


def may_refind(settings: DiscoverySettings, target: Target) -> bool:
    """Whether a sensor is looked for elsewhere: ``auto`` leaves out loopback, names, and ad-hoc addresses.

    Several simulated sensors share a loopback address, and the owner of a host name keeps it up to date.
    """
    if settings.refind != "auto":
        return settings.refind == "on"
    try:
        address = parse_address(target.address, target.scheme)
    except UsageError:
        return False
    return not target.ad_hoc and is_ipv4(address.host) and not address.loopback


def for_list(place: str) -> str:
    """A place as the list has it: 80 and 443 are the usual ports, the scheme of the profile decides."""
    host, _, port = place.partition(":")
    return host if port in ("", "443") else place


def is_at(target: Target, place: str) -> bool:
    """Whether a place is the address of a device, where the port of its scheme need not be written.

    Args:
        target: the device.
        place: ``host`` or ``host:port`` (80 by default).
    """
    found = parse_address(place)
    try:
        known = parse_address(target.address, target.scheme)
    except UsageError:
        return False
    return (found.host, found.port) == (known.host, known.port)
