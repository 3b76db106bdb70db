"""The address of a simulated device: what is written, what is in effect, and where its port is."""

from typing import Final

from sicktui.simulator.device.parameters import ParameterStore
from sicktui.simulator.network.autoip_packets import NO_ADDRESS, Ipv4
from sicktui.simulator.network.interface import Interface
from sicktui.simulator.network.port import Port
from sicktui.simulator.spec import DeviceSpec

HTTP_PORT: Final = 80
_SICK_PREFIX: Final = "00:06:77"
_DHCP: Final = 1
_RETRY: Final = 1


class Addressing:
    """Where one device is.

    On 127.0.0.1 the port follows the address to any 127.x.x.x; for another address it stays at 127.0.0.1, and
    that is what the device reports over AutoIP. With its own interface the device is at its address.
    """

    def __init__(self, spec: DeviceSpec, parameters: ParameterStore, port: Port) -> None:
        self._spec = spec
        self._parameters = parameters
        self._port = port
        self._interface = None if spec.interface is None else Interface(spec.interface)
        port.interface = spec.interface
        self.lease = spec.dhcp_address
        """The address from the DHCP server; ``""``: there is no server; ``None``: the written address."""
        self._in_effect = parameters.address

    @property
    def outdated(self) -> bool:
        """Whether something else was written than what is in effect."""
        return self._parameters.address != self._in_effect

    @property
    def host(self) -> str:
        """Where its ports are."""
        return self._port.host

    @property
    def ipv4(self) -> Ipv4:
        """What is in effect, as the device reports it."""
        if self._interface is not None or self._spec.shares_address:
            return self._configured()
        return Ipv4(address=self._port.host, mask="255.0.0.0", dhcp=self._dhcp)

    @property
    def reachable(self) -> bool:
        """Whether it can be reached over TCP at all."""
        address = self._configured().address
        return address != NO_ADDRESS and (not self._spec.shares_address or self._port.host == address)

    @property
    def _dhcp(self) -> bool:
        return self._in_effect["EtherAddressingMode"] == _DHCP

    def _configured(self) -> Ipv4:
        mask, gateway = _text(self._in_effect["EtherIPMask"]), _text(self._in_effect["EtherIPGateAddress"])
        if self._dhcp and self.lease is not None:
            if self.lease:
                return Ipv4(address=self.lease, mask=mask, gateway=gateway, dhcp=True)
            if self._in_effect["EtherDHCPFallback"] == _RETRY:
                return Ipv4(address=NO_ADDRESS, mask=mask, dhcp=True)
        address = _text(self._in_effect["EtherIPAddress"])
        return Ipv4(address=address, mask=mask, gateway=gateway, dhcp=self._dhcp)

    def booted(self) -> None:
        """It has asked the DHCP server again."""
        if self._spec.address_after_reboot is not None:
            self.lease = self._spec.address_after_reboot

    def hold(self, number: int) -> None:
        """Take the port (0: any free one), so that no other program gets it."""
        number = self._spec.port or number or (0 if self._interface is None else HTTP_PORT)
        if self.reachable:
            self._port.hold(number)
        else:  # others may have it at the same address
            self._port.number = number

    async def apply(self, mac: str) -> None:
        """Make effective what is written; ``SimulatorError`` if the interface cannot be set up."""
        self._in_effect = self._parameters.address
        ipv4 = self._configured()
        if self._interface is not None:
            await self._interface.configure(ipv4, mac)
        self._port.move_to(ipv4.address)


def _text(octets: object) -> str:
    return ".".join(map(str, octets)) if isinstance(octets, list) else NO_ADDRESS


def addressing_mode(spec: DeviceSpec) -> dict[str, object]:
    """DHCP, where the spec has a lease."""
    leases = (spec.dhcp_address, spec.address_after_reboot)
    return {} if leases == (None, None) else {"EtherAddressingMode": 1}


def mac_of(serial: str) -> str:
    """A MAC address with SICK's prefix for a serial number."""
    digits = "".join(char for char in serial if char.isdigit()) or "0"
    tail = f"{int(digits) % 0x1000000:06x}"
    return f"{_SICK_PREFIX}:{tail[:2]}:{tail[2:4]}:{tail[4:]}"
