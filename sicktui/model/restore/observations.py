"""Observations of a restore: what is sent to a sensor, what a look reads, and what it found."""

from enum import Enum, StrEnum

from msgspec import Struct

from sicktui.model.enums import UpdateState
from sicktui.model.update.observations import Garbled, Outcome, Silent, Tick


class RestoreReply(Struct, frozen=True, kw_only=True):
    """What a sensor reports about a restore."""

    finished: bool
    """False while it is still running."""
    ok: bool | None
    """``None`` if it does not report it."""
    result: int | None = None
    """``RestoreResult``, if it reports one."""
    words: str = ""
    """What it means."""
    failed: tuple[str, ...] = ()
    """The parameters that were not restored, as clean text."""


class RestoreAct(StrEnum):
    """What a sensor can feel of a restore; the words of the journal."""

    PUT = "put_backup"
    RESTORE = "restore"
    SAVE = "persist"


class RestoreWant(Enum):
    """What a look reads."""

    WHO = "who"
    """``DeviceIdent``, its serial number, and ``UpdateState``."""
    RESULT = "result"
    """``RestoreParameterBackupResult``."""
    VALUES = "values"
    """The parameters that can be compared with the backup."""
    SAVED = "saved"
    """``MD5Parameters``, ``LastParaDate`` and ``LastParaTime``: what the sensor has saved, and when."""
    FILE = "file"
    """The parameters that the backup's own file names."""


class Basis(StrEnum):
    """Why a restore counts as applied."""

    REPORTED = "reported"
    """The sensor has reported it, for this call."""
    SEEN = "seen"
    """What differed from the backup does not any more."""
    ASSUMED = "assumed"
    """It was accepted, and there was nothing to see: only the checksum can prove it."""
    EARLY = "early"
    """The same, without a checksum: nothing can prove it, so it is saved after ``restore_wait`` already."""

    @property
    def is_weak(self) -> bool:
        """Whether only the checksum can prove the restore."""
        return self in (Basis.ASSUMED, Basis.EARLY)


class RestoreReading(Struct, frozen=True, kw_only=True):
    """What is known of the sensor. ``None``: not read since the last act, or not offered."""

    stranger: str = ""
    """Who else answers at the address, in words."""
    state: UpdateState | None = None
    power_on: int | None = None
    """``PowerOnCnt``."""
    hours: float | None = None
    """``DailyOpHours``: since power-on."""
    result: RestoreReply | None = None
    differing: frozenset[str] | None = None
    """Variables that read otherwise than in the backup."""
    differences: tuple[str, ...] = ()
    """The same, in words."""
    unread: frozenset[str] = frozenset()
    """Variables of the backup that could not be read just now."""
    moved: bool = False
    """Whether a network setting is not the backup's, which a checksum covers and no restore copies."""
    checksum: str | None = None
    """``MD5Parameters``: of what is saved."""
    stamp: str | None = None
    """When parameters were saved last, by the sensor."""
    differs_from_file: tuple[str, ...] = ()


class RestoreBefore(Struct, frozen=True, kw_only=True):
    """What was read before the last RestoreParameterBackup; kept in the journal for a resumed run."""

    differing: frozenset[str] | None = None
    result: RestoreReply | None = None

    @classmethod
    def of(cls, reading: RestoreReading) -> "RestoreBefore":
        """What counts of a reading."""
        return cls(differing=reading.differing, result=reading.result)

    @property
    def reading(self) -> RestoreReading:
        """As the sensor before the call."""
        return RestoreReading(differing=self.differing, result=self.result)


class RestoreBegan(Struct, frozen=True, kw_only=True):
    """An act is about to leave this PC. Its intention is on disk."""

    act: RestoreAct
    basis: Basis | None = None
    """Of SAVE: why the restore counts as applied."""
    left_out: tuple[str, ...] = ()


class RestoreEnded(Struct, frozen=True, kw_only=True):
    """What became of it."""

    act: RestoreAct
    outcome: Outcome
    reply: RestoreReply | None = None
    code: str = ""
    why: str = ""
    advice: str = ""


class RestoreLooked(Struct, frozen=True, kw_only=True):
    """The sensor answered a look whole."""

    reading: RestoreReading
    wants: frozenset[RestoreWant]
    took: float = 0.0
    """Seconds; what was read first is as old as that: dozens of variables take longer than a restore."""


RestoreObservation = RestoreBegan | RestoreEnded | RestoreLooked | Silent | Garbled | Tick
