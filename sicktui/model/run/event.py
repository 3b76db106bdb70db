"""Events: the facts of a run, as the journal keeps them and ``--json`` prints them.

The records are the contract's JSON lines (``"v": 1``). ``act``, ``survey``, ``noticed``, ``checked``,
``compared``, ``contact``, ``cancel``, ``continue``, ``put_off`` and ``shortened`` are the journal's own and
are not printed. Every event but ``run``, ``summary``, ``waiting``, ``cancel``, ``continue``, ``shortened``
and some ``log`` speaks of one device.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from sicktui.model.clock import is_timestamp
from sicktui.model.decoding import decode_json
from sicktui.model.device import Identity
from sicktui.model.enums import (
    Action,
    Code,
    Level,
    Operation,
    RunState,
    Step,
    StepState,
    UpdateState,
    Verdict,
)
from sicktui.model.restore.observations import RestoreBefore
from sicktui.model.safe_text import clean
from sicktui.model.update.observations import Known

SCHEMA_VERSION: Final = 1

_State = Annotated[int, Meta(ge=0, le=max(UpdateState).value)]
WaitsFor = Literal["approval", "soak", "outside_window", "line_in_use", "offline"]
_Bytes = Annotated[int, Meta(ge=0, le=2**53)]


class _Event(Struct, frozen=True, kw_only=True, tag_field="kind"):
    v: Literal[1] = 1
    ts: str
    """UTC, RFC 3339, milliseconds."""
    run: str | UnsetType = UNSET


class _DeviceEvent(_Event, frozen=True, kw_only=True):
    device: str


class StepChanged(_DeviceEvent, frozen=True, kw_only=True, tag="step"):
    """A step of a job began or ended."""

    step: Step
    state: StepState
    detail: str = ""


class Progressed(_DeviceEvent, frozen=True, kw_only=True, tag="progress"):
    """Bytes moved, at most four times a second a device."""

    step: Step
    sent: _Bytes
    total: _Bytes


class UpdateStateRead(_DeviceEvent, frozen=True, kw_only=True, tag="update_state"):
    """The sensor answered a read of ``UpdateState`` with a value other than the last."""

    value: _State
    name: str


class Logged(_Event, frozen=True, kw_only=True, tag="log"):
    """Something for people to read; of a device where it names one."""

    level: Level
    message: str
    device: str | UnsetType = UNSET


class Planned(_DeviceEvent, frozen=True, kw_only=True, tag="plan"):
    """What the plan intends for a device, and why."""

    action: Action
    reason: Code | None
    message: str
    from_version: str | None
    to_version: str | None
    wave: str | UnsetType = UNSET
    """The part of the run in which it starts, where there is more than one, e.g. ``wave 2``."""


class VerdictReached(_DeviceEvent, frozen=True, kw_only=True, tag="verdict"):
    """How the job of a device ended. Keys that an operation does not have are unset."""

    operation: Operation
    verdict: Verdict
    code: Code | None
    message: str
    advice: str
    seconds: float
    from_version: str | None | UnsetType = UNSET
    to_version: str | None | UnsetType = UNSET
    serial: str | None | UnsetType = UNSET
    package_sha256: str | None | UnsetType = UNSET
    backup: str | None | UnsetType = UNSET
    downtime_seconds: float | None | UnsetType = UNSET
    sha256: str | None | UnsetType = UNSET
    bytes: int | None | UnsetType = UNSET


class RunChanged(_Event, frozen=True, kw_only=True, tag="run"):
    """A run began, ended, or was found without its process."""

    operation: Operation
    state: RunState
    pid: int | None
    """The runner's process id; ``None`` when it is gone."""
    started: str
    retry_of: str | UnsetType = UNSET
    """The run whose failed and unknown devices this one takes up again."""
    order: str | UnsetType = UNSET
    """The key of the order that it was started for."""
    waits_for: WaitsFor | UnsetType = UNSET
    """What the whole run waits for now, where it does."""
    until: str | None | UnsetType = UNSET


class Summarised(_Event, frozen=True, kw_only=True, tag="summary"):
    """The last line of a run: how many devices got which verdict."""

    operation: Operation
    verdicts: dict[Verdict, int]
    exit_code: int


class StatusRead(Struct, frozen=True, kw_only=True, tag_field="kind", tag="status"):
    """One look at one device, as ``sicktui status`` prints it."""

    v: Literal[1] = 1
    ts: str
    device: str
    reachable: bool
    name: str | None
    model: str | None
    version: str | None
    serial: str | None
    update_state: int | None
    health: str | None
    auth: str | None
    message: str = ""
    code: str | UnsetType = UNSET
    """The contract's code of what went wrong."""
    problem: str | UnsetType = UNSET
    """``other_sensor``: it is not the sensor that the profile pins, and the keys above describe it.
    ``changed_sensor``: the profile pins none, and another sensor answers than before.
    ``moved``: it answers at another address."""
    moved_to: str | UnsetType = UNSET
    """The address where the sensor of the profile answers now."""
    https: bool | UnsetType = UNSET
    """``True`` where HTTPS is on, ``False`` where it reports an error."""
    certificate_expires: str | UnsetType = UNSET


class Acted(_DeviceEvent, frozen=True, kw_only=True, tag="act"):
    """Journal only: an act that the sensor can feel, committed before it is done and after."""

    act: Literal["put_update", "run_firmware_update", "create_backup", "persist", "put_backup", "restore"]
    phase: Literal["intended", "done", "failed"]
    detail: str = ""
    outcome: str = ""
    """What became of it, in the word of ``model.observations.Outcome``; of an intended "persist" the
    ``Basis`` on which the restore counts as applied; of an intended "restore" ``pending``, if the sensor's
    result read so before it."""
    sent: _Bytes = 0
    """Bytes of a file that left this PC."""
    before: RestoreBefore | UnsetType = UNSET
    """Of an intended "restore": what was read before it."""


class Cancelled(_Event, frozen=True, kw_only=True, tag="cancel"):
    """Journal only: the run was cancelled. Nothing more is started; what has begun is finished."""


class Waiting(_Event, frozen=True, kw_only=True, tag="waiting"):
    """The whole run waits, and no sensor is worked on; or it goes on (``waits_for`` is null)."""

    waits_for: WaitsFor | None
    until: str | None
    """When it goes on by itself, or looks again; null where a person must continue it."""
    message: str


class PutOff(_DeviceEvent, frozen=True, kw_only=True, tag="put_off"):
    """Journal only: a job that had begun nothing waits again, for what its run waits for."""

    message: str = ""
    """Why, and until when; empty in an older journal."""


class Continued(_Event, frozen=True, kw_only=True, tag="continue"):
    """Journal only: a person approved the rest of the run."""

    by: str


class Shortened(_Event, frozen=True, kw_only=True, tag="shortened"):
    """Journal only: an operator had the details of an old run deleted, to make room."""

    by: str
    events: Annotated[int, Meta(ge=0)]
    """The number of events that it had."""
    head: str | None
    """The head of its chain then, as hex; ``None`` if it had none."""


class Surveyed(_DeviceEvent, frozen=True, kw_only=True, tag="survey"):
    """Journal only: what the sensor was right before the first write, for proof and for resuming."""

    identity: Identity
    update_state: _State
    power_on_count: int | None
    backup: str | None
    hours: float | None = None
    clock: float | None = None
    checksum: str | None = None
    calibration: str | None = None
    sums_ok: bool | None = None


class Noticed(_DeviceEvent, frozen=True, kw_only=True, tag="noticed"):
    """Journal only: the sensor fell silent, came back, names another version, or has proven a reboot."""

    known: Known


class Checked(_DeviceEvent, frozen=True, kw_only=True, tag="checked"):
    """Journal only: what a proven update has changed of a sensor's health, and whether it measures."""

    measuring: str = ""
    """What is known of that, in the word of ``model.measuring.evidence.Worth``; empty: not asked."""
    measured: tuple[str, ...] = ()
    """The evidence in sentences, those of before the update included."""
    found: tuple[str, ...] = ()
    """What is wrong and was not before it: level and sentence."""


class ParameterChange(Struct, frozen=True, kw_only=True):
    """A value that is another one after an update or a restore."""

    name: str
    """The variable, and behind it the field of a struct."""
    before: str | None
    """Each as text, cut short; stars where the name is that of a secret, ``None`` where it was not there."""
    after: str | None


class Compared(_DeviceEvent, frozen=True, kw_only=True, tag="compared"):
    """Journal only: the parameters after a proven update or a restore, compared with those before it."""

    compared: Annotated[int, Meta(ge=0)]
    """How many variables were compared."""
    changed: tuple[ParameterChange, ...] = ()
    more: Annotated[int, Meta(ge=0)] = 0
    """How many changes are left out here."""


class Contacted(_DeviceEvent, frozen=True, kw_only=True, tag="contact"):
    """Journal only: the sensor answered, or did not. At most once a second a device."""

    answered: bool


Event = (
    StepChanged
    | Progressed
    | UpdateStateRead
    | Logged
    | Planned
    | VerdictReached
    | RunChanged
    | Summarised
    | Acted
    | Surveyed
    | Noticed
    | Checked
    | Compared
    | Contacted
    | Cancelled
    | Waiting
    | Continued
    | PutOff
    | Shortened
)
"""Anything that the journal keeps."""

JOURNAL_ONLY: Final = (
    *(Acted, Surveyed, Noticed, Checked, Compared, Contacted),
    *(Cancelled, Continued, PutOff, Shortened),
)
VOLATILE: Final = (Progressed, Contacted)
"""Events that may be lost with the PC's power; every other one is committed durably."""
PROOF: Final = (RunChanged, Cancelled, Continued, VerdictReached, Summarised, Shortened)
"""Events that stay whatever is deleted of an old run: who, when, and what became of each device."""

_encoder: Final = msgspec.json.Encoder()
_decoder: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)


def encode(event: Event | StatusRead) -> bytes:
    """One JSON object on one line, without the newline."""
    return _encoder.encode(event)


def decode(line: bytes | str) -> Event:
    """The event of one JSON line.

    Raises:
        msgspec.DecodeError: not JSON, or not an event (``ValidationError`` is a subclass).
    """
    event = decode_json(line, _decoder)
    moments = (event.ts, event.started) if isinstance(event, RunChanged) else (event.ts,)
    for moment in moments:
        check_time(moment)
    return event


def check_time(moment: str) -> None:
    """Refuse a stored time stamp that cannot be calculated with.

    Raises:
        msgspec.ValidationError: it is not one.
    """
    if not is_timestamp(moment):
        raise msgspec.ValidationError(f"{clean(moment, 40)!r} is not a time")
