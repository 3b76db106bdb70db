"""The IPv4 address of a sensor: what it has, and what may be set. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from msgspec import Struct, structs

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean

NO_GATEWAY: Final = "0.0.0.0"  # noqa: S104  a value of the sensor, nothing is bound to it
_SHORTEST_PREFIX: Final = 8
_LONGEST_PREFIX: Final = 30
_RESERVED: Final = IPv4Network("240.0.0.0/4")
_THIS_NETWORK: Final = IPv4Network("0.0.0.0/8")
_LINK_LOCAL: Final = IPv4Network("169.254.0.0/16")

SCAN_MODES: Final = (
    "found, and settable without a login",
    "found, but not settable without a login",
    "not found by a search",
    "found; settable without a login for 60 s after power-on",
)
"""``EtherCoLaScanMode`` 0 to 3 (SICK LiDAR Developer Guide, cybersecurity)."""


class Ipv4Config(Struct, frozen=True, kw_only=True):
    """How a sensor gets its address, and the static one. Texts are dotted quads."""

    dhcp: bool
    """``EtherAddressingMode`` 1. The static values are kept, but not used."""
    address: str
    mask: str
    gateway: str = NO_GATEWAY
    retries_dhcp: bool | None = None
    """``EtherDHCPFallback`` 1: without a DHCP server it never has an address. 0: it takes the static one.
    ``None``: not reported, or left as it is.
    """

    def same(self, other: "Ipv4Config") -> bool:
        """Whether two are equal; what one of them leaves open counts as equal."""
        kept = None in (self.retries_dhcp, other.retries_dhcp) or self.retries_dhcp == other.retries_dhcp
        return kept and structs.replace(self, retries_dhcp=other.retries_dhcp) == other

    def fits(self, wanted: "Ipv4Config") -> bool:
        """Whether it is what was wanted; with DHCP the static values do not matter."""
        if not wanted.dhcp:
            return self.same(wanted)
        return self.dhcp and wanted.retries_dhcp in (None, self.retries_dhcp)

    @property
    def fallback_words(self) -> str:
        """What it does without a DHCP server; empty where that is not known."""
        if self.retries_dhcp is None:
            return ""
        return "asks DHCP again" if self.retries_dhcp else "takes the static address"

    def words_beside(self, other: "Ipv4Config") -> str:
        """The configuration in a few words, with what differs from another one."""
        differs = self.fallback_words and self.retries_dhcp != other.retries_dhcp
        return f"{self.words}; without a DHCP server it {self.fallback_words}" if differs else self.words

    @property
    def network(self) -> IPv4Network:
        """The subnet of the static address.

        Raises:
            ValueError: the mask is not contiguous.
        """
        return IPv4Network(f"{self.address}/{self.mask}", strict=False)

    @property
    def words(self) -> str:
        """The configuration in a few words."""
        if self.dhcp:
            return "DHCP"
        gateway = "no gateway" if self.gateway == NO_GATEWAY else f"gateway {self.gateway}"
        return f"{self.address}, mask {self.mask}, {gateway}"


class Ipv4State(Struct, frozen=True, kw_only=True):
    """What a sensor reports of its address. ``None``: it does not report that."""

    config: Ipv4Config
    dhcp_address: str | None = None
    """What DHCP assigned (``EtherIPAddressDHCP``)."""
    dhcp_mask: str | None = None
    dhcp_gateway: str | None = None
    scan_mode: int | None = None
    """``EtherCoLaScanMode``: whether a search finds it, and may set its address."""
    scan_enabled: bool | None = None
    """``EnableColaScan``, on LRS4000."""

    @property
    def effective(self) -> Ipv4Config:
        """What is in use: what DHCP assigned where that is on, else the static values."""
        if not self.config.dhcp or self.dhcp_address in (None, NO_GATEWAY):
            return self.config
        return Ipv4Config(
            dhcp=True,
            address=self.dhcp_address or self.config.address,
            mask=self.dhcp_mask or self.config.mask,
            gateway=self.dhcp_gateway or self.config.gateway,
        )

    @property
    def scan_words(self) -> str:
        """Whether a search finds it; empty where it does not report that."""
        if self.scan_mode is not None:
            known = self.scan_mode < len(SCAN_MODES)
            return f"{self.scan_mode}, {SCAN_MODES[self.scan_mode]}" if known else str(self.scan_mode)
        if self.scan_enabled is None:
            return ""
        return "found by a search" if self.scan_enabled else "not found by a search"


def parse_ipv4(text: str, what: str) -> str:
    """An IPv4 address that a user wrote, as a dotted quad.

    Raises:
        UsageError: it is not one.
    """
    try:
        return str(IPv4Address(text.strip()))
    except ValueError:
        raise UsageError(
            f"The {what} '{clean(text, 40)}' is not an IPv4 address.",
            advice="Write four numbers from 0 to 255 with dots, such as 192.168.0.11.",
        ) from None


def parse_mask(text: str) -> str:
    """A subnet mask that a user wrote (``255.255.255.0``, ``24`` or ``/24``), as a dotted quad.

    Raises:
        UsageError: it is not one, or its ones are not contiguous.
    """
    bare = text.strip().removeprefix("/")
    try:
        bits = int(bare) if bare.isascii() and bare.isdigit() else f"{int(IPv4Address(bare)):032b}".count("1")
        mask = str(IPv4Network(f"0.0.0.0/{bits}").netmask)
    except ValueError:
        mask = ""
    if not mask or bare not in (mask, str(bits), f"{bits:02}"):
        raise UsageError(
            f"'{clean(text, 40)}' is not a subnet mask.",
            advice="Write it as 255.255.255.0 or as a number of bits, such as 24.",
        )
    return mask


def completed(
    before: Ipv4Config, *, address: str | None = None, mask: str | None = None, gateway: str | None = None
) -> Ipv4Config:
    """The static configuration that an operator asks for; what is not given stays as it is.

    A gateway that is not given and would be outside the new subnet is dropped.

    Raises:
        UsageError: a text is not valid.
    """
    wanted = Ipv4Config(
        dhcp=False,
        address=before.address if address is None else parse_ipv4(address, "address"),
        mask=before.mask if mask is None else parse_mask(mask),
        gateway=before.gateway if gateway is None else parse_ipv4(gateway, "gateway"),
        retries_dhcp=before.retries_dhcp,
    )
    if gateway is None and not _is_inside(wanted.gateway, wanted):
        return structs.replace(wanted, gateway=NO_GATEWAY)
    return wanted


def _is_inside(address: str, config: Ipv4Config) -> bool:
    try:
        return IPv4Address(address) in config.network
    except ValueError:
        return False


def check_static(wanted: Ipv4Config, *, loopback: bool = False) -> None:
    """Refuse a static configuration with which a sensor could not be reached.

    Args:
        wanted: the configuration.
        loopback: whether addresses of this PC itself are allowed, as for a simulated sensor.

    Raises:
        UsageError: names the value, the reason and what to do.
    """
    try:
        problem, advice = _problem(wanted, loopback=loopback)
    except ValueError:
        problem, advice = f"{wanted.mask} is not a subnet mask", "Write it as 255.255.255.0."
    if problem:
        raise UsageError(f"The sensor cannot have this address: {problem}.", advice=advice)


def _problem(wanted: Ipv4Config, *, loopback: bool) -> tuple[str, str]:
    network = wanted.network
    if not _SHORTEST_PREFIX <= network.prefixlen <= _LONGEST_PREFIX:
        why = "leaves no room for another device" if network.prefixlen > _LONGEST_PREFIX else "is too wide"
        return f"the mask {wanted.mask} {why}", "Use one from 255.0.0.0 to 255.255.255.252."
    address = IPv4Address(wanted.address)
    if why := _unusable(address, network, loopback=loopback):
        return f"{address} {why}", "Choose a free address of the subnet."
    if wanted.gateway == NO_GATEWAY:
        return "", ""
    gateway = IPv4Address(wanted.gateway)
    if gateway == address:
        return f"the gateway {gateway} is the sensor itself", "Give the address of the router, or 0.0.0.0."
    if gateway not in network:
        return (
            f"the gateway {gateway} is not in its subnet {network}",
            "Give a gateway in the subnet, or 0.0.0.0 for none.",
        )
    if why := _unusable(gateway, network, loopback=loopback):
        return f"the gateway {gateway} {why}", "Give the address of the router, or 0.0.0.0 for none."
    return "", ""


def _unusable(address: IPv4Address, network: IPv4Network, *, loopback: bool) -> str:
    """Why no host may have an address; empty if one may."""
    if address.is_multicast:
        return "is a multicast address"
    if address in _RESERVED or address in _THIS_NETWORK:
        return "is reserved"
    if address.is_loopback and not loopback:
        return "is a loopback address, which means this PC itself"
    if address == network.network_address:
        return f"is the network address of {network}"
    if address == network.broadcast_address:
        return f"is the broadcast address of {network}"
    return ""


def outside_words(wanted: Ipv4Config, reachable: Iterable[IPv4Network]) -> str:
    """Why this PC may not reach a sensor at its new address, as a sentence; empty if it should.

    Args:
        wanted: the new configuration.
        reachable: the subnets of this PC, and the one in which the sensor is reached now.
    """
    networks = list(dict.fromkeys(reachable))
    address = IPv4Address(wanted.address)
    if wanted.dhcp or any(address in network for network in networks):
        return ""
    known = ", ".join(str(network) for network in networks) or "none"
    return (
        f"{wanted.address} is in no subnet that this PC reaches ({known}), so the sensor may not be found at "
        "its new address, and then it is not saved."
    )


def warnings_for(wanted: Ipv4Config) -> tuple[str, ...]:
    """What an operator should know before the address is set."""
    found: list[str] = []
    if wanted.dhcp and wanted.retries_dhcp:
        found.append(
            "EtherDHCPFallback is 1: without a DHCP server the sensor never comes up on an address. With 0 "
            "it takes its static address."
        )
    if not wanted.dhcp and IPv4Address(wanted.address) in _LINK_LOCAL:
        found.append(f"{wanted.address} is a link-local address, which PCs assign to themselves.")
    return tuple(found)


def rows_of(state: Ipv4State, place: str) -> list[tuple[str, str]]:
    """What a sensor reports of its address, for people: labels and values.

    Args:
        state: what it reports.
        place: where it answers.
    """
    static = state.config
    values = [
        ("address", static.address),
        ("mask", static.mask),
        ("gateway", "none" if static.gateway == NO_GATEWAY else static.gateway),
    ]
    rows = [("answers at", place), ("mode", "DHCP" if static.dhcp else "static")]
    if static.dhcp:
        given = state.effective
        lease = "none" if given == static else f"{given.address}, mask {given.mask}, gateway {given.gateway}"
        rows += [("from DHCP", lease), *((f"static {label}", value) for label, value in values)]
    else:
        rows += values
    if static.fallback_words:
        rows.append(("without DHCP", static.fallback_words))
    if state.scan_words:
        rows.append(("search", state.scan_words))
    return rows
