"""The base of all faults: when they strike, how often, and where."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import (
    ChannelPlan,
    CreatePlan,
    DatagramPlan,
    FlashPlan,
    FoundPlan,
    MessagePlan,
    RestorePlan,
    SetPlan,
)
from sicktui.simulator.device.state import Effect
from sicktui.simulator.errors import ScenarioError
from sicktui.simulator.network.http import Request
from sicktui.simulator.spec import Fault

Plan = FlashPlan | CreatePlan | RestorePlan | ChannelPlan
"""What a fault of the kind `PlanFault` changes."""
OPTIONS: Final = ("at", "value", "seconds", "fraction", "rate", "acts")
"""Keys of a fault that only some faults take; all take ``when``, ``times`` and ``after``."""


class Behaviour:
    """The base of all faults: hooks that do nothing.

    The first line of a subclass's docstring is its entry in the fault table.
    """

    name: ClassVar[str]
    uses: ClassVar[tuple[str, ...]] = ()
    """The options that it accepts."""
    default_times: ClassVar[int | None] = None
    """How often it strikes by default; ``None`` is always."""
    default_at: ClassVar[str | None] = None
    """The endpoint that it strikes by default; ``None`` is every one."""

    def __init__(self, fault: Fault) -> None:
        for option in OPTIONS:
            if getattr(fault, option) is not None and option not in self.uses:
                raise ScenarioError(
                    f"The fault {fault.name!r} does not accept {option!r}.",
                    advice=f"It accepts: {', '.join((*self.uses, 'when', 'times', 'after'))}.",
                )
        self.fault = fault
        times = self.default_times if fault.times is None else fault.times
        self._left: int | None = times if isinstance(times, int) else None
        self._passed = 0

    def strikes(self, device: Device, request: Request | None = None) -> bool:
        """Whether this is an occasion for the fault; counts it."""
        if request is not None and not self._matches(request):
            return False
        if self.fault.when is not None and device.phase != self.fault.when:
            return False
        if self._passed < self.fault.after:
            self._passed += 1
            return False
        if self._left is None:
            return True
        self._left -= 1
        return self._left >= 0

    def _matches(self, request: Request) -> bool:
        at = self.fault.at or self.default_at or "*"
        if at == "writes":
            return request.method != "GET" and request.endpoint != "getChallenge"
        method, _, endpoint = at.rpartition(" ")
        return endpoint in ("*", request.endpoint) and method in ("", request.method)

    # -- hooks -----------------------------------------------------------------------------------

    def on_start(self, device: Device) -> None:
        """The device was built."""

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """A request's head has come; an effect changes its answer."""

    def on_upload(self, device: Device, size: int) -> int | None:
        """An upload of ``size`` bytes begins; a number is the bytes after which it is reset."""

    def on_uploaded(self, device: Device) -> None:
        """An upload is complete."""

    def on_flash(self, device: Device, plan: FlashPlan) -> None:
        """A flash was requested; ``plan`` is what will happen."""

    def on_boot(self, device: Device) -> None:
        """The device has come up again."""

    def on_create_backup(self, device: Device, plan: CreatePlan) -> None:
        """A backup was requested; ``plan`` is what will happen."""

    def on_restore(self, device: Device, plan: RestorePlan) -> None:
        """A restore was requested; ``plan`` is what will happen."""

    def on_found(self, device: Device, plan: FoundPlan) -> None:
        """A program searches for sensors; ``plan`` is what will be answered."""

    def on_address_set(self, device: Device, plan: SetPlan) -> None:
        """AutoIP sets the address; ``plan`` is what will happen."""

    def on_channel(self, device: Device, plan: ChannelPlan) -> None:
        """A client has opened ``/apievents``; ``plan`` is how the WebSocket will behave."""

    def on_message(self, device: Device, plan: MessagePlan) -> None:
        """A message is due on ``/apievents``; ``plan`` is what will be sent."""

    def on_datagram(self, device: Device, plan: DatagramPlan) -> None:
        """A datagram of measured data is due; ``plan`` is what will be sent."""


class PlanFault(Behaviour):
    """A fault that changes the plan of a flash, a backup or a restore."""

    sets: ClassVar[tuple[str, object] | None] = None
    """A field of the plan, and what it becomes."""
    delays: ClassVar[tuple[str, float] | None] = None
    """The field of the plan that becomes ``seconds``, and its default."""

    def change(self, plan: Plan, device: Device) -> None:
        """Change the plan if the fault strikes."""
        if self.strikes(device):
            for name, value in self.changes(device).items():
                setattr(plan, name, value)

    def changes(self, device: Device) -> Mapping[str, object]:
        """The fields to change; overridden where they depend on ``value`` or on the device."""
        changes = dict([self.sets] if self.sets else [])
        if self.delays:
            name, default = self.delays
            changes[name] = default if self.fault.seconds is None else self.fault.seconds
        return changes

    def names(self, default: str) -> tuple[str, ...]:
        """``value`` as names of parameters: one, a list, or ``default``."""
        value = self.fault.value
        names = value if isinstance(value, tuple) else (default if value is None else value,)
        return tuple(str(name) for name in names)


REGISTRY: Final[dict[str, type[Behaviour]]] = {}
"""Every fault by its name."""


def fault(name: str) -> Callable[[type[Behaviour]], type[Behaviour]]:
    """Class decorator: registers a behaviour under ``name``."""

    def register(behaviour: type[Behaviour]) -> type[Behaviour]:
        behaviour.name = name
        REGISTRY[name] = behaviour
        return behaviour

    return register


def error_payload(status: int, message: str) -> dict[str, object]:
    """The JSON of a refusal: both keys are always there (SICK's clients need them)."""
    return {"header": {"status": status, "message": message}}
