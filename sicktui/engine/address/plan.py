"""Plans a change of a sensor's address: what it gets, and what speaks against it."""

from ipaddress import IPv4Network

from msgspec import Struct, structs

from sicktui.engine.address.lan import Lan
from sicktui.engine.address.places import host_of, is_loopback, look_at, place_of
from sicktui.engine.address.read import Addressed, read_address
from sicktui.engine.context import Context
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.network.addressing import (
    Ipv4Config,
    Ipv4State,
    check_static,
    completed,
    outside_words,
    warnings_for,
)
from sicktui.model.network.subnet import is_ipv4
from sicktui.sensor.errors import NotSupported


class AddressRequest(Struct, frozen=True, kw_only=True):
    """The address that an operator asks for. ``None`` leaves a value as it is."""

    dhcp: bool = False
    address: str | None = None
    mask: str | None = None
    gateway: str | None = None
    retries_dhcp: bool | None = None
    """What it is to do without a DHCP server: ask again for ever, or take its static address."""

    @property
    def static(self) -> bool:
        """Whether a value of the static address is given."""
        return bool(self.address or self.mask or self.gateway)

    def check(self) -> None:
        """Refuse a request that contradicts itself.

        Raises:
            UsageError: it does.
        """
        if self.dhcp and self.static:
            raise UsageError(
                "With --dhcp the sensor gets its address from a DHCP server, so none can be given.",
                advice="Use either --dhcp or --ip.",
            )


class ChangePlan(Struct, frozen=True, kw_only=True):
    """A change to be confirmed. Nothing was written."""

    identity: Identity
    state: Ipv4State
    wanted: Ipv4Config
    old: str
    """Where the sensor answers now."""
    new: str
    """Where it is to be; empty with DHCP."""
    outside: str = ""
    """Why this PC may not reach the sensor at its new address, as a sentence: needs a second yes."""
    warnings: tuple[str, ...] = ()
    pending: bool = False
    """Whether other values may be pending that the sensor does not report: then every value is written."""

    @property
    def changes(self) -> bool:
        """Whether anything is to be applied: other values, or the same ones that are not in use yet."""
        config, wanted = self.state.config, self.wanted
        if self.pending or (config.dhcp, config.retries_dhcp) != (wanted.dhcp, wanted.retries_dhcp):
            return True
        if wanted.dhcp:
            return False
        unused = is_ipv4(host_of(self.old)) and self.old != self.new
        return unused or config != wanted


async def plan_change(context: Context, target: Target, request: AddressRequest, lan: Lan) -> ChangePlan:
    """Read the sensor and check what is asked for. Writes nothing.

    Raises:
        UsageError: the address is not valid or not possible.
        SicktuiError: a device has the new address already; another sensor answers; it has neither serial
            number nor MAC address.
        SensorError: it does not answer, or has no address over this API.
    """
    request.check()
    found = await read_address(context, target, lan)
    identity, config = found.identity, found.state.config
    if identity.key is None:
        raise SicktuiError(
            f"The sensor at {found.place} reports neither a serial number nor a MAC address, so it could not "
            "be recognised at a new address.",
            advice="Set its address with SICK's own tools.",
            code=Code.NOT_SUPPORTED,
        )
    if request.retries_dhcp is not None and config.retries_dhcp is None:
        raise NotSupported(
            f"The sensor at {found.place} does not report what it does without a DHCP server "
            "(EtherDHCPFallback), so that cannot be set.",
            advice="Leave it as it is.",
        )
    if request.dhcp or (config.dhcp and not request.static):
        wanted = structs.replace(config, dhcp=True)
    else:
        wanted = completed(config, address=request.address, mask=request.mask, gateway=request.gateway)
        check_static(wanted, loopback=is_loopback(found.place))
    if request.retries_dhcp is not None:
        wanted = structs.replace(wanted, retries_dhcp=request.retries_dhcp)
    plan = ChangePlan(
        identity=identity,
        state=found.state,
        wanted=wanted,
        old=found.place,
        new="" if wanted.dhcp else place_of(target, wanted.address),
        outside=outside_words(wanted, [*await lan.networks(), *_here(found)]),
        warnings=(*warnings_for(wanted), *_tunnel_words(found)),
        pending=found.pending,
    )
    if not plan.outside:  # Nothing is sent outside before the second yes; the change itself looks then.
        await refuse_taken(context, target, plan, lan)
    return plan


async def refuse_taken(context: Context, target: Target, plan: ChangePlan, lan: Lan) -> None:
    """Return unless another device has the new address.

    Raises:
        SicktuiError: one has.
    """
    if not plan.new or host_of(plan.new) == host_of(plan.old):
        return
    sight = await look_at(context, target, plan.new, plan.identity)
    if sight.same:
        return  # The same sensor, through a tunnel or another name.
    shown = f"the sensor with {sight.other} answers there" if sight.other else ""
    port = parse_address(plan.new, target.scheme).port
    shown = shown or await lan.occupant(host_of(plan.new), port, plan.identity.mac)
    if shown:
        raise SicktuiError(
            f"{plan.wanted.address} is in use: {shown}. Nothing was written.",
            advice="Choose a free address, or find the device that has it.",
            code=Code.OTHER_DEVICE,
        )


def _tunnel_words(found: Addressed) -> tuple[str, ...]:
    """A warning where the sensor is reached at another address than it has."""
    host, own = host_of(found.place), found.state.effective.address
    if not is_ipv4(host) or host == own or is_loopback(found.place):
        return ()
    words = (
        f"The sensor is reached at {host}, but has {own}: through a router that translates addresses, or a "
        "tunnel. It may not be found at its new address, and then it is not saved."
    )
    return (words,)


def _here(found: Addressed) -> list[IPv4Network]:
    """The subnet in which the sensor is reached now, where it is reached at its own address."""
    effective = found.state.effective
    if host_of(found.place) != effective.address:
        return []
    try:
        return [effective.network]
    except ValueError:
        return []


def refuse_changed(plan: ChangePlan, now: Ipv4Config) -> None:
    """Return if the sensor has what the plan was made for.

    Raises:
        SicktuiError: somebody has changed it since.
    """
    if not now.same(plan.state.config):
        raise SicktuiError(
            f"The sensor's address settings were changed meanwhile: {now.words}.",
            advice="Look at them again, then repeat your change.",
            code=Code.BUSY,
        )
