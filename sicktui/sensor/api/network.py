"""The IPv4 address of a sensor over REST: reads its variables, and applies what was written to them."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from sicktui.model.network.addressing import Ipv4Config, Ipv4State
from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.replies import Reply

MODE: Final = "EtherAddressingMode"
ADDRESS: Final = "EtherIPAddress"
MASK: Final = "EtherIPMask"
GATEWAY: Final = "EtherIPGateAddress"
FALLBACK: Final = "EtherDHCPFallback"
_DHCP: Final = 1
_RETRY: Final = 1
_OCTETS: Final = 4

_Octet = Annotated[int, Meta(ge=0, le=255)]
_Quad = Annotated[list[_Octet], Meta(min_length=_OCTETS, max_length=_OCTETS)]


class Network:
    """Reads and applies the address of one sensor.

    Args:
        reader: reads its variables.
        access: authenticates.
    """

    def __init__(self, reader: Reader, access: Authenticator) -> None:
        self._reader = reader
        self._access = access

    async def state(self) -> Ipv4State:
        """What the sensor reports of its address. Needs no password.

        Raises:
            NotSupported: it has no address over this API.
            SensorError: it cannot be read.
        """
        return Ipv4State(
            config=await self.config(),
            dhcp_address=await self._quad(f"{ADDRESS}DHCP"),
            dhcp_mask=await self._quad(f"{MASK}DHCP"),
            dhcp_gateway=await self._quad(f"{GATEWAY}DHCP"),
            scan_mode=await self._number("EtherCoLaScanMode"),
            scan_enabled=await self._flag("EnableColaScan"),
        )

    async def config(self) -> Ipv4Config:
        """The static address, the mode, and what it does without a DHCP server.

        Raises:
            SensorError: it cannot be read.
        """
        address, mask, gateway = [await self._needed(name) for name in (ADDRESS, MASK, GATEWAY)]
        mode, fallback = await self._number(MODE), await self._number(FALLBACK)
        return Ipv4Config(
            dhcp=mode == _DHCP,
            address=address,
            mask=mask,
            gateway=gateway,
            retries_dhcp=None if fallback is None else fallback == _RETRY,
        )

    async def apply(self) -> None:
        """``EthernetUpdate``: what was written takes effect, and the connection may drop without a reply.

        Raises:
            OutcomeUnknown: no reply came, as is to be expected.
            NotSupported: there is no such method.
            SensorError: anything else.
        """
        await self._access.call("EthernetUpdate")

    async def _needed(self, name: str) -> str:
        return quad(await self._reader.read(name, quad))

    async def _quad(self, name: str) -> str | None:
        reply = await self._reader.read_if_present(name, quad)
        return None if reply is None else quad(reply)

    async def _number(self, name: str) -> int | None:
        reply = await self._reader.read_if_present(name, _int)
        return None if reply is None else _int(reply)

    async def _flag(self, name: str) -> bool | None:
        reply = await self._reader.read_if_present(name)
        return reply.value if reply is not None and isinstance(reply.value, bool) else None


def quad(reply: Reply) -> str:
    """An IPv4 address that comes as four numbers, as a dotted quad.

    Raises:
        ProtocolError: it is not one.
    """
    try:
        octets: list[int] = msgspec.convert(reply.value, _Quad)
    except msgspec.ValidationError as error:
        raise reply.protocol_error(f"{reply.variable} is not four numbers from 0 to 255") from error
    return ".".join(map(str, octets))


def octets_of(address: str) -> list[int]:
    """A dotted quad as the four numbers that a sensor takes."""
    return [int(part) for part in address.split(".")]


def _int(reply: Reply) -> int:
    if not isinstance(reply.value, int) or isinstance(reply.value, bool):
        raise reply.protocol_error(f"{reply.variable} is not a number")
    return reply.value


def values_of(config: Ipv4Config) -> dict[str, object]:
    """The variables of a configuration, in the order in which they are written."""
    fallback = {} if config.retries_dhcp is None else {FALLBACK: _RETRY if config.retries_dhcp else 0}
    return {
        MODE: _DHCP if config.dhcp else 0,
        ADDRESS: octets_of(config.address),
        MASK: octets_of(config.mask),
        GATEWAY: octets_of(config.gateway),
        **fallback,
    }
