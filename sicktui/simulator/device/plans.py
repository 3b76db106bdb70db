"""What will become of a flash, a backup or a restore. Faults change a plan before it happens."""

from msgspec import Struct


class FlashPlan(Struct, kw_only=True):
    """What is going to happen after a trigger. Faults change it before it does."""

    version: str
    """The firmware that the device runs afterwards."""
    seconds: float
    """In state 1."""
    finished_seconds: float
    """In state 2; 0: the device reboots without having shown it."""
    reboot_seconds: float
    starts: bool = True
    """Else the trigger is taken and nothing happens."""
    ends: bool = True
    """Else state 1 stays for ever."""
    error: bool = False
    """Ends in state 3."""
    reboots: bool = True
    returns: bool = True
    power_off_at: float | None = None
    """The part of state 1 after which the power goes."""
    power_back: float | None = None
    """Seconds until the power is back; ``None``: never."""
    serial: str | None = None
    """The serial number that answers afterwards."""
    device_status: int | None = None
    """``DeviceStatus`` afterwards."""
    moves: bool = False
    """Comes back on another port."""
    lost: tuple[str, ...] = ()
    """Parameters that are back at their defaults afterwards."""
    old_first: float | None = None
    """Seconds for which the old firmware answers once more, between two reboots."""
    rolls_back_after: float | None = None
    """Seconds after which it reboots once more, into the old firmware."""


class CreatePlan(Struct, kw_only=True):
    """What becomes of a ``CreateParameterBackup``. Faults change it before it happens."""

    seconds: float
    ok: bool = True
    """``Result``."""
    finishes: bool = True
    """Else it is pending for ever."""
    writes: bool = True
    """Else the file stays what it was."""
    grows: bool = False
    """The file can be fetched while it is being written."""


class RestorePlan(Struct, kw_only=True):
    """What becomes of a ``RestoreParameterBackup``."""

    seconds: float
    code: int | None = None
    """``RestoreResult``; ``None``: what the file deserves."""
    failed: tuple[str, ...] = ()
    """Parameters that are not restored though the file has them."""
    finishes: bool = True
