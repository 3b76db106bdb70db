"""What the parts of a simulated device (updater, backups, variables) see of it.

``device.Device`` builds the parts and satisfies ``DeviceState``; the parts know this protocol only. In the
same way ``Faults`` is all that a device knows of its faults.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from msgspec import Struct

from sicktui.simulator.changes import Changes
from sicktui.simulator.clock import SimulatedTime
from sicktui.simulator.device.addressing import Addressing
from sicktui.simulator.device.health.health import Health
from sicktui.simulator.device.https import Https
from sicktui.simulator.device.parameters import ParameterStore
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
from sicktui.simulator.generations import Generation
from sicktui.simulator.network.http import Reply, Request
from sicktui.simulator.spec import DeviceSpec, Fault


class Effect(Struct, frozen=True, kw_only=True):
    """What a fault does to one request."""

    fault: str
    acts: bool
    """Whether the device does what was requested."""
    alter: Callable[[Reply], Reply]
    """Makes the reply that is sent from the one that was due."""


class Faults(Protocol):
    """The faults of one device, called wherever one can strike."""

    def add(self, fault: Fault) -> None:
        """Add a fault from now on."""

    def request(self, request: Request) -> Effect | None:
        """The effect of the first fault that strikes this request."""

    def upload_limit(self, size: int) -> int | None:
        """After how many bytes an upload is reset; ``None``: not at all."""

    def uploaded(self) -> None:
        """An upload is complete."""

    def flash(self, plan: FlashPlan) -> None:
        """A flash was requested."""

    def booted(self) -> None:
        """The device is up again."""

    def create_backup(self, plan: CreatePlan) -> None:
        """A backup was requested."""

    def restore(self, plan: RestorePlan) -> None:
        """A restore was requested."""

    def found(self, plan: FoundPlan) -> None:
        """A program searches for sensors."""

    def address_set(self, plan: SetPlan) -> None:
        """AutoIP sets its address."""

    def channel(self, plan: ChannelPlan) -> None:
        """A client has opened ``/apievents``."""

    def message(self, plan: MessagePlan) -> None:
        """A message is due on ``/apievents``."""

    def datagram(self, plan: DatagramPlan) -> None:
        """A datagram of measured data is due."""


class DeviceState(Protocol):
    """Identity, health, power and time of one device."""

    spec: DeviceSpec
    generation: Generation
    """Its API."""
    time: SimulatedTime
    rng: random.Random
    parameters: ParameterStore
    addressing: Addressing
    https: Https
    health: Health
    changes: Changes
    faults: Faults
    model: str
    """``DeviceType``."""
    firmware_version: str
    serial: str
    mac: str
    """``aa:bb:cc:dd:ee:ff``."""
    order_number: str
    power_on_count: int
    """How often it has booted."""
    shown_count: int | None
    """``PowerOnCnt``, where it does not count every boot."""
    serial_prefix: str
    """Zeros before ``SerialNumber``."""
    ident_length: int | None
    """Characters that ``DeviceIdent.Version`` holds, where that is a limit."""
    spelled: Callable[[str], str]
    """How ``FirmwareVersion`` spells a version."""

    @property
    def update_state(self) -> int:
        """``UpdateState``."""

    @property
    def device_status(self) -> int:
        """``DeviceStatus``."""

    @property
    def operating_hours(self) -> int:
        """``OpHours``, in tenths of an hour."""

    @property
    def hours_since_power_on(self) -> float:
        """``DailyOpHours``."""

    @property
    def seconds_since_power_on(self) -> float:
        """Simulated seconds since its last boot."""

    @property
    def awake(self) -> bool:
        """Whether it has power, and a network."""

    @property
    def blinking(self) -> bool:
        """Whether its LEDs blink, to be found on site."""

    @property
    def backup_result(self) -> dict[str, object]:
        """``CreateParameterBackupResult``."""

    @property
    def restore_result(self) -> dict[str, object]:
        """``RestoreParameterBackupResult``."""

    def violation(self, text: str) -> None:
        """Record a breach of the protocol."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the requests; it ends with the device."""

    async def lose_link(self, seconds: float) -> None:
        """Disconnect the network for a while."""

    async def update_address(self, *, after: float, away: float) -> None:
        """Make the written address effective."""

    async def power_off(self) -> None:
        """Pull the plug."""

    async def power_on(self) -> None:
        """Boot, and answer again."""

    def become(self, plan: FlashPlan) -> None:
        """Take the version and the identity that a flash ends in."""

    def move(self) -> None:
        """Come back on another port."""
