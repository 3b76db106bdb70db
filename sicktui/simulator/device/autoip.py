"""What a simulated device does with AutoIP: it answers searches, and takes an address, as its mode allows.

``EtherCoLaScanMode``: 0 everything; 1 it is found, and its address cannot be set; 2 silent; 3 its address can
be set for 60 seconds after a boot (SICK's developer guide). ``EnableColaScan`` of an LRS4000: everything, or
silent. Taken here, since it is not documented: a set address is lost with the power unless it is saved, and
what is not allowed is not answered.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct, structs

from sicktui.simulator.device.plans import FoundPlan, SetPlan
from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.network.autoip import AutoIpSocket, Sender
from sicktui.simulator.network.autoip_packets import (
    ADDRESS_SET,
    EVERYONE,
    FOUND_BINARY,
    FOUND_XML,
    NO_ADDRESS,
    SEARCH,
    Facts,
    Ipv4,
    NotARequest,
    Request,
    found_binary,
    found_xml,
    read_request,
    reply,
)

_FOUND_ONLY: Final = 1
_SILENT: Final = 2
_TIME_LIMITED: Final = 3
SETTABLE_SECONDS: Final = 60.0
"""For how long after a boot mode 3 lets an address be set."""
KEPT: Final = 5_000
_SOON: Final = 0.1  # so that the reply gets out


class AutoIpRecord(Struct, frozen=True, kw_only=True):
    """One request that reached the device."""

    seconds: float
    """Simulated seconds since the fleet began."""
    sender: str
    """Host and port."""
    command: Literal["search", "set"]
    mac: str
    """Whom it was for."""
    outcome: Literal["answered", "ignored", "no route"]


class AutoIp:
    """The AutoIP of one device."""

    def __init__(self, device: DeviceState) -> None:
        self._device = device
        self._socket: AutoIpSocket | None = None
        self.requests: list[AutoIpRecord] = []
        """Every request that reached it, oldest first."""

    def attach(self, to: AutoIpSocket) -> None:
        """Hear what arrives at a socket."""
        self._socket = to
        to.hearers.append(self.hear)

    @property
    def address(self) -> str | None:
        """Host and UDP port; ``None`` if it hears no search."""
        if self._socket is None:
            return None
        return f"{self._socket.host or self._device.addressing.host}:{self._socket.number}"

    @property
    def _mode(self) -> int:
        current = self._device.parameters.current
        if "EtherCoLaScanMode" in current:
            return int(str(current["EtherCoLaScanMode"]))
        return 0 if current.get("EnableColaScan", True) else _SILENT

    @property
    def _settable(self) -> bool:
        young = self._device.seconds_since_power_on < SETTABLE_SECONDS
        return self._mode == 0 or (self._mode == _TIME_LIMITED and young)

    @property
    def _xml(self) -> bool:
        return (self._device.spec.autoip or self._device.generation.family.autoip) == "xml"

    def hear(self, datagram: bytes, sender: Sender) -> None:
        """Take a datagram, as every device on its network does."""
        if not self._device.awake:
            return
        try:
            request = read_request(datagram)
        except NotARequest as error:
            self._device.violation(f"AutoIP: {error}")
            return
        if request is None or request.mac not in (EVERYONE, self._device.mac):
            return
        outcome = self._search(request, sender) if request.command == SEARCH else self._set(request, sender)
        self.requests.append(
            AutoIpRecord(
                seconds=round(self._device.time.now(), 3),
                sender=f"{sender[0]}:{sender[1]}",
                command="search" if request.command == SEARCH else "set",
                mac=request.mac,
                outcome=outcome,
            )
        )
        del self.requests[:-KEPT]

    def facts(self) -> Facts:
        """What it reports about itself."""
        device = self._device
        family = device.generation.family
        return Facts(
            mac=device.mac,
            ipv4=device.addressing.ipv4,
            name=family.name,
            version=device.firmware_version,
            type_code=device.model,
            serial=device.serial_prefix + device.serial,
            order_number=device.order_number,
            location=str(device.parameters.current.get("LocationName", "")),
            settle_seconds=device.spec.address_seconds,
        )

    # -- searches ------------------------------------------------------------------------------------

    def _search(self, request: Request, sender: Sender) -> Literal["answered", "ignored", "no route"]:
        if self._mode == _SILENT:
            return "ignored"
        if not self._reaches(sender):
            return "no route"
        device = self._device
        plan = FoundPlan(facts=self.facts(), xml=self._xml, id=request.id, after=device.spec.autoip_seconds)
        device.faults.found(plan)
        device.spawn(self._reply_later(list(_datagrams(plan)), sender, plan.after))
        return "answered" if plan.times else "ignored"

    async def _reply_later(self, datagrams: list[bytes], sender: Sender, after: float) -> None:
        await self._device.time.sleep(after)
        if self._device.awake:
            for datagram in datagrams:
                self._send(datagram, sender)

    def _send(self, datagram: bytes, sender: Sender) -> None:
        if self._socket is not None:
            self._socket.send(datagram, sender, broadcast=self._device.spec.autoip_broadcasts)

    def _reaches(self, sender: Sender) -> bool:
        """Whether a reply finds its way: a sensor in a foreign subnet without a gateway has none."""
        spec = self._device.spec
        if spec.interface is None or spec.autoip_broadcasts:
            return True
        ipv4 = self._device.addressing.ipv4
        network = ipaddress.IPv4Network(f"{ipv4.address}/{ipv4.mask}", strict=False)
        return ipv4.gateway != NO_ADDRESS or ipaddress.IPv4Address(sender[0]) in network

    # -- addresses -----------------------------------------------------------------------------------

    def _set(self, request: Request, sender: Sender) -> Literal["answered", "ignored", "no route"]:
        device, ipv4 = self._device, request.ipv4
        if request.mac != device.mac or ipv4 is None or not self._settable:
            return "ignored"
        if request.xml != self._xml:
            device.violation("AutoIP: an address in the other form than that of its replies")
            return "ignored"
        if not ipv4.dhcp and not is_host(ipv4):
            device.violation(f"AutoIP: the address {ipv4.address}, mask {ipv4.mask} is for no host")
            return "ignored"
        plan = SetPlan(address=ipv4.address)
        device.faults.address_set(plan)
        if plan.applies:
            self._take(structs.replace(ipv4, address=plan.address))
        if not self._reaches(sender):
            return "no route"
        if plan.answers:
            self._send(reply(ADDRESS_SET, device.mac, request.id, b""), sender)
        return "answered" if plan.answers else "ignored"

    def _take(self, ipv4: Ipv4) -> None:
        device = self._device
        write = device.parameters.write
        write("EtherAddressingMode", int(ipv4.dhcp))
        if not ipv4.dhcp:
            write("EtherIPAddress", _octets(ipv4.address))
            write("EtherIPMask", _octets(ipv4.mask))
            write("EtherIPGateAddress", _octets(ipv4.gateway))
        device.spawn(device.update_address(after=_SOON, away=device.spec.address_seconds))


def _datagrams(plan: FoundPlan) -> Iterable[bytes]:
    for body in plan.bodies or [plan.facts]:
        mac = body.mac if isinstance(body, Facts) else plan.facts.mac
        content = body if isinstance(body, bytes) else found_xml(body) if plan.xml else found_binary(body)
        command = FOUND_XML if plan.xml else FOUND_BINARY
        datagram = reply(command, mac, plan.id, content, length=plan.length)
        yield from [plan.alter(datagram) if plan.alter else datagram] * plan.times


def is_host(ipv4: Ipv4) -> bool:
    """Whether the address can be that of one host in its network."""
    try:
        network = ipaddress.IPv4Network(f"{ipv4.address}/{ipv4.mask}", strict=False)
    except ValueError:
        return False
    address = ipaddress.IPv4Address(ipv4.address)
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    return address not in (network.network_address, network.broadcast_address)


def _octets(address: str) -> list[int]:
    return [int(part) for part in address.split(".")]
