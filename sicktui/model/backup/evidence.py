"""Evidence of a backup: what was sent to one sensor and what was seen of it.

Pure. ``rule`` judges it; ``engine/backup/machine.py`` decides from it what to do next.
"""

from enum import Enum
from typing import Final

from msgspec import Struct, structs

from sicktui.model.backup.age import Decision, Seen, decide
from sicktui.model.enums import UpdateState
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Outcome, Tick

UNSURE: Final = (Outcome.OPEN, Outcome.ODD)
"""Outcomes of a call that may have been done all the same."""
MAX_OFFERS: Final = 2
"""Tries of the file from before. A sensor that has never made a backup may report that in many ways."""
_REENCRYPTED: Final = 3
"""Complete files of one length in a row that show that the sensor encrypts anew for each download."""
_STEADY: Final = 2.0
"""Seconds that a stamp must stay: one that a server makes up for each request, by the second, does not."""
_LOOKS: Final = 3
"""Unchanged downloads after which a sensor that reports results will not offer another file."""


class BackupWant(Enum):
    """What a look reads."""

    WHO = "who"
    """``DeviceIdent``, its serial number, and ``UpdateState``."""
    RESULT = "result"
    """``CreateParameterBackupResult``."""
    CHECKSUM = "checksum"
    """``MD5Parameters``."""


class Result(Struct, frozen=True):
    """``CreateParameterBackupResult``."""

    finished: bool
    ok: bool
    """Meaningful once it is finished."""


class Offer(Struct, frozen=True, kw_only=True):
    """What a sensor offered before it was triggered."""

    sha256: str | None = None
    stamp: str = ""
    """By which its server dates it (ETag, Last-Modified)."""
    readable: bool = True
    """``False``: there may have been a file, but it could not be downloaded."""

    def may_be(self, sha256: str) -> bool:
        """Whether a file may be the one from before the trigger."""
        return not self.readable or self.sha256 == sha256

    @property
    def nothing(self) -> bool:
        """Whether there was no file for certain."""
        return self.readable and self.sha256 is None


class Offered(Struct, frozen=True, kw_only=True):
    """The file from before was tried; ``None``: not to be had, perhaps at the next try."""

    offer: Offer | None


class BackupLooked(Struct, frozen=True, kw_only=True):
    """The sensor answered a look whole."""

    wants: frozenset[BackupWant]
    stranger: str = ""
    """Who else answers at the address, in words."""
    moved: str = ""
    """That the firmware is another than when the backup was begun, in words."""
    state: UpdateState | None = None
    result: Result | None = None
    """``None``: not read, or not offered."""


class Called(Struct, frozen=True, kw_only=True):
    """``CreateParameterBackup`` was sent."""

    outcome: Outcome
    why: str = ""
    advice: str = ""


class ParametersRead(Struct, frozen=True):
    """The parameters were read while the sensor writes its file."""


class Fetched(Struct, frozen=True, kw_only=True):
    """A download that ended."""

    begun: float
    trouble: str = ""
    """Why there is no complete file; empty: there is one."""
    sha256: str = ""
    size: int = 0
    stamp: str = ""


BackupObservation = Offered | BackupLooked | Called | ParametersRead | Fetched | Seen | Tick


class BackupEvidence(Struct, frozen=True, kw_only=True):
    """All that is known of one backup."""

    since: float
    """When what is waited for began: an earlier process's call, the result, the file."""
    resumed: bool = False
    """Whether an earlier process has triggered a backup that may still be at work."""
    known_at: float | None = None
    """When the caller has read who the sensor is and that it does not flash; ``None``: it has not."""
    before: Offer | None = None
    offers: int = 0
    triggers: int = 0
    create: Outcome = Outcome.NONE
    why: str = ""
    advice: str = ""
    """What the last call was answered with."""
    read: bool = False
    """Whether the parameters were read while the file was made."""
    result: Result | None = None
    pending_seen: bool = False
    created: bool = False
    """Whether the sensor has reported the end, or never reports it: now the file decides."""
    file: Fetched | None = None
    """The last download."""
    looks: int = 0
    """Downloads that were the same as the one before."""
    stamped_at: float = 0.0
    """When the first of these downloads with the same stamp was begun."""
    equally_long: int = 0
    compared: Seen | None = None
    stranger: str = ""
    moved: str = ""
    state: UpdateState | None = None
    wants: frozenset[BackupWant] = frozenset()
    """What was read in this very moment."""
    tried: bool = False
    """Whether what is waited for was looked at since the last pause."""

    @property
    def reports(self) -> bool:
        """Whether the sensor has reported the end of this call.

        After a call without a usable answer, a result may be that of an earlier one, unless it was pending.
        """
        finished = self.result is not None and self.result.finished
        return finished and (self.create is Outcome.TAKEN or self.pending_seen)

    @property
    def may_be_old(self) -> bool:
        """Whether the file may be the one from before the trigger."""
        return self.file is None or self.before is None or self.before.may_be(self.file.sha256)

    @property
    def waits_for_another(self) -> bool:
        """Whether the file from before comes again and again, and nothing reports another one."""
        return self.looks >= _LOOKS and self.may_be_old and not (self.reports or self.restamped)

    @property
    def restamped(self) -> bool:
        """Whether its server dates the file otherwise than the one from before the trigger."""
        file, before = self.file, self.before
        if file is None or before is None or not (file.stamp and before.stamp):
            return False
        return file.stamp != before.stamp

    @property
    def rewritten(self) -> bool:
        """Whether the file was written anew since the trigger, although with the bytes from before."""
        if self.file is None or self.looks < _LOOKS or not self.restamped:
            return False
        return self.file.begun - self.stamped_at >= _STEADY

    @property
    def encrypted_anew(self) -> bool:
        """Whether the sensor encrypts its file anew for each download. That it is complete is its word."""
        return self.reports and self.looks == 0 and self.equally_long >= _REENCRYPTED

    def over(self, timing: Timing) -> bool:
        """Whether the last download was begun when the time for it was over."""
        return self.file is not None and self.file.begun - self.since >= timing.backup_timeout

    def settled(self, timing: Timing) -> bool:
        """Whether the file is whole, does not change any more, and no other is to be waited for."""
        if self.file is None or self.file.trouble:
            return False
        waited = self.over(timing) or (self.reports and self.looks >= _LOOKS) or self.rewritten
        unchanged = self.looks > 0 and (waited or not self.may_be_old)
        return unchanged or self.encrypted_anew

    def decision(self, timing: Timing) -> Decision | None:
        """What to do with the file; ``None``: not known yet."""
        if not self.settled(timing):
            return None
        if not self.may_be_old:
            nothing = self.before is not None and self.before.nothing
            return decide(Seen(same_bytes=False, anew=self.encrypted_anew and not nothing))
        return None if self.compared is None else decide(self.compared)

    def seen(self, what: BackupObservation, now: float) -> "BackupEvidence":
        """The evidence with one more observation."""
        e = structs.replace(self, wants=frozenset())
        match what:
            case Offered(offer=offer):
                last = self.offers + 1 >= MAX_OFFERS
                before = offer or (Offer(readable=False) if last else None)
                return structs.replace(e, before=before, offers=self.offers + 1, tried=before is None)
            case BackupLooked():
                return _looked(e, what, now)
            case Called():
                return _called(e, what, now)
            case ParametersRead():
                return structs.replace(e, read=True, since=now)
            case Fetched():
                return _fetched(e, what)
            case Seen():
                return structs.replace(e, compared=what)
            case Tick():
                return structs.replace(e, tried=False)


def _looked(e: BackupEvidence, what: BackupLooked, now: float) -> BackupEvidence:
    e = structs.replace(e, wants=what.wants)
    if BackupWant.WHO in what.wants:
        e = structs.replace(e, stranger=what.stranger, moved=what.moved, state=what.state)
    if BackupWant.RESULT not in what.wants:
        return e
    pending = what.result is not None and not what.result.finished
    created = e.triggers > 0 and not pending
    # A sensor without a result may write on for as long as it takes.
    waits = pending or (e.triggers == 0 and what.result is None)
    return structs.replace(
        e,
        result=what.result,
        pending_seen=e.pending_seen or (pending and e.triggers > 0),
        created=created,
        resumed=e.resumed and waits,
        since=now if created else e.since,
        tried=not created,
    )


def _called(e: BackupEvidence, what: Called, now: float) -> BackupEvidence:
    old = e.file
    return structs.replace(
        e,
        since=now,
        before=e.before if old is None else Offer(sha256=old.sha256, stamp=old.stamp),
        triggers=e.triggers + 1,
        create=what.outcome,
        why=what.why,
        advice=what.advice,
        result=None,
        pending_seen=False,
        created=False,
        file=None,
        looks=0,
        equally_long=0,
        compared=None,
        tried=False,
    )


def _fetched(e: BackupEvidence, what: Fetched) -> BackupEvidence:
    last = None if e.file is None or e.file.trouble else e.file
    if what.trouble:
        return structs.replace(e, file=what, looks=0, equally_long=0, compared=None, tried=True)
    same = last is not None and last.sha256 == what.sha256
    dated = same and last is not None and last.stamp == what.stamp
    long = e.equally_long + 1 if last is None or last.size == what.size else 1
    return structs.replace(
        e,
        file=what,
        looks=e.looks + 1 if same else 0,
        stamped_at=e.stamped_at if dated else what.begun,
        equally_long=long,
        compared=e.compared if same else None,
        tried=True,
    )
