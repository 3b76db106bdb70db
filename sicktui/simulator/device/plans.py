"""What will happen in a flash, a backup, a restore, AutoIP or on ``/apievents``.

Faults change a plan before it happens.
"""

from collections.abc import Callable

from msgspec import Struct

from sicktui.simulator.network.autoip_packets import Facts
from sicktui.simulator.network.scan_packets import Telegram


class FlashPlan(Struct, kw_only=True):
    """What will happen after a trigger."""

    version: str
    """The firmware that the device runs afterwards."""
    seconds: float
    """In state 1."""
    finished_seconds: float
    """In state 2; 0: the device reboots without showing it."""
    reboot_seconds: float
    verifies: float = 0.0
    """Seconds at state 0 after the trigger, in which the package is verified."""
    starts: bool = True
    """If false, the trigger is accepted and nothing happens."""
    ends: bool = True
    """If false, state 1 stays forever."""
    error: bool = False
    """Ends in state 3."""
    aborts: bool = False
    """Goes back from state 1 to 0, with the old firmware and without a reboot."""
    link_away: float | None = None
    """Seconds for which the network to it fails in the middle of state 1."""
    announces: str | None = None
    """The version that it names from state 2 on, before its reboot."""
    reboots: bool = True
    returns: bool = True
    power_off_at: float | None = None
    """The fraction of state 1 after which the power fails."""
    power_back: float | None = None
    """Seconds until the power is back; ``None``: never."""
    serial: str | None = None
    """The serial number that answers afterwards."""
    device_status: int | None = None
    """``DeviceStatus`` afterwards."""
    moves: bool = False
    """Comes back on another port."""
    lost: tuple[str, ...] = ()
    """Parameters that have their defaults afterwards."""
    old_first: float | None = None
    """Seconds for which the old firmware answers once more, between two reboots."""
    rolls_back_after: float | None = None
    """Seconds after which it reboots once more, into the old firmware."""
    second_stage: float | None = None
    """Seconds of another state 1, half a second after the boot; then it reboots once more."""
    state_after_boot: int = 0
    """``UpdateState`` when it is up again."""


class CreatePlan(Struct, kw_only=True):
    """What will happen after a ``CreateParameterBackup``."""

    seconds: float
    ok: bool = True
    """``Result``."""
    finishes: bool = True
    """If false, it is pending forever."""
    writes: bool = True
    """If false, the file stays as it was."""
    grows: bool = False
    """The file can be fetched while it is being written."""


class RestorePlan(Struct, kw_only=True):
    """What will happen after a ``RestoreParameterBackup``."""

    seconds: float
    code: int | None = None
    """``RestoreResult``; ``None``: decided by the file."""
    failed: tuple[str, ...] = ()
    """Parameters that are not restored although the file has them."""
    left_out: tuple[str, ...] = ()
    """The same, but not reported."""
    reboots: bool = False
    ignored: bool = False
    """If true, it is taken on and nothing happens: the result stays that of an earlier one."""
    replies_first: bool = False
    """If true, ``Result`` true means that it was taken on: it is applied after the reply."""
    finishes: bool = True


class FoundPlan(Struct, kw_only=True):
    """What will be answered to a search."""

    facts: Facts
    xml: bool
    id: bytes
    """That of the search."""
    after: float
    """Seconds from the search on."""
    length: int | None = None
    """What the header announces, where that is not the length."""
    bodies: list[bytes | Facts] = []
    """What is sent instead of the facts: each one reply."""
    times: int = 1
    """How often each reply is sent; 0: never."""
    alter: Callable[[bytes], bytes] | None = None
    """Changes each datagram."""


class SetPlan(Struct, kw_only=True):
    """What will happen after AutoIP has set an address."""

    address: str
    answers: bool = True
    applies: bool = True


class ChannelPlan(Struct, kw_only=True):
    """How one WebSocket of ``/apievents`` behaves."""

    deflates: bool = True
    """Whether it agrees to permessage-deflate."""
    demands_deflate: bool = True
    """Whether it closes a WebSocket without it."""
    silent: bool = False
    """Accepts everything and sends nothing."""
    forgets_nothing: bool = False
    """Sends events after their deregistration, too."""
    closes: bool = True
    """If false, it answers no close frame, and leaves its side of the connection open."""
    rate: float | None = None
    """Bytes a second, sent one by one."""


class MessagePlan(Struct, kw_only=True):
    """What will be sent over ``/apievents``."""

    message: dict[str, object]
    """What is due."""
    texts: list[str] | None = None
    """What is sent instead."""
    drops: bool = False
    """Resets the connection instead."""


class DatagramPlan(Struct, kw_only=True):
    """What will be sent as a datagram of measured data."""

    telegram: Telegram
    times: int = 1
    alter: Callable[[bytes], bytes] | None = None
    """Changes the datagram."""
