"""Named faults of simulated devices.

A fault is added with ``Fault(name=..., ...)`` in code or as ``[[device.fault]]`` in a scenario. All
take ``when``, ``times`` and ``after``; ``Behaviour.uses`` lists the other keys of each.

- ``base``: when a fault strikes, and where it can
- ``wire``, ``identity``, ``health``, ``access``, ``https``, ``update``, ``backup``, ``autoip``, ``events``,
  ``scan``: the faults, by family
"""

from collections.abc import Iterable
from difflib import get_close_matches

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
from sicktui.simulator.faults import (
    access,
    autoip,
    backup,
    events,
    health,
    https,
    identity,
    scan,
    update,
    wire,
)
from sicktui.simulator.faults.base import REGISTRY, Behaviour
from sicktui.simulator.network.http import Request
from sicktui.simulator.spec import Fault

__all__ = ["REGISTRY", "Behaviour", "Effect", "FaultSet", "behaviour_of"]

_FAMILIES = (wire, identity, health, access, https, update, backup, autoip, events, scan)
"""Their import fills the registry."""


def behaviour_of(fault: Fault) -> Behaviour:
    """The behaviour that a fault names.

    Raises:
        ScenarioError: no fault has that name, or it does not take one of the keys.
    """
    if fault.name not in REGISTRY:
        near = get_close_matches(fault.name, REGISTRY, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(REGISTRY))}."
        raise ScenarioError(f"Unknown fault {fault.name!r}.", advice=advice)
    return REGISTRY[fault.name](fault)


class FaultSet:
    """The faults of one device, called wherever one can strike."""

    def __init__(self, device: Device, faults: Iterable[Fault]) -> None:
        self._device = device
        self._all: list[Behaviour] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Add a fault from now on."""
        self.include(behaviour_of(fault))

    def include(self, behaviour: Behaviour) -> None:
        """Add a behaviour from now on."""
        self._all.append(behaviour)
        behaviour.on_start(self._device)

    def request(self, request: Request) -> Effect | None:
        """The effect of the first fault that strikes this request."""
        for behaviour in self._all:
            effect = behaviour.on_request(self._device, request)
            if effect is not None:
                return effect
        return None

    def upload_limit(self, size: int) -> int | None:
        """After how many bytes an upload is reset; ``None``: not at all."""
        limits = [behaviour.on_upload(self._device, size) for behaviour in self._all]
        return min((limit for limit in limits if limit is not None), default=None)

    def uploaded(self) -> None:
        """An upload is complete."""
        for behaviour in self._all:
            behaviour.on_uploaded(self._device)

    def flash(self, plan: FlashPlan) -> None:
        """A flash was requested."""
        for behaviour in self._all:
            behaviour.on_flash(self._device, plan)

    def booted(self) -> None:
        """The device is up again."""
        for behaviour in self._all:
            behaviour.on_boot(self._device)

    def create_backup(self, plan: CreatePlan) -> None:
        """A backup was requested."""
        for behaviour in self._all:
            behaviour.on_create_backup(self._device, plan)

    def restore(self, plan: RestorePlan) -> None:
        """A restore was requested."""
        for behaviour in self._all:
            behaviour.on_restore(self._device, plan)

    def found(self, plan: FoundPlan) -> None:
        """A program searches for sensors."""
        for behaviour in self._all:
            behaviour.on_found(self._device, plan)

    def address_set(self, plan: SetPlan) -> None:
        """AutoIP sets the address."""
        for behaviour in self._all:
            behaviour.on_address_set(self._device, plan)

    def channel(self, plan: ChannelPlan) -> None:
        """A client has opened ``/apievents``."""
        for behaviour in self._all:
            behaviour.on_channel(self._device, plan)

    def message(self, plan: MessagePlan) -> None:
        """A message is due on ``/apievents``."""
        for behaviour in self._all:
            behaviour.on_message(self._device, plan)

    def datagram(self, plan: DatagramPlan) -> None:
        """A datagram of measured data is due."""
        for behaviour in self._all:
            behaviour.on_datagram(self._device, plan)
