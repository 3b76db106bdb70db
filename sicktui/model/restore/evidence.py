"""Evidence of a restore: what was sent to one sensor and what was seen of it, each with its moment.

Pure, and folded from observations like that of an update. ``rule`` judges it; ``engine/restore/machine.py``
decides from it what to do next.
"""

from typing import Final

from msgspec import Struct, structs

from sicktui.model.enums import Code, UpdateState
from sicktui.model.restore.observations import (
    Basis,
    RestoreAct,
    RestoreBegan,
    RestoreEnded,
    RestoreLooked,
    RestoreObservation,
    RestoreReading,
    RestoreReply,
    RestoreWant,
)
from sicktui.model.update.observations import Garbled, Last, Outcome, Silent, Tick

UNSURE: Final = (Outcome.OPEN, Outcome.ODD)
"""Outcomes of an act that may have been done all the same."""


class RestoreEvidence(Struct, frozen=True, kw_only=True):
    """All that is known of one restore."""

    checksum: str | None = None
    """The backup's own ``MD5Parameters``, if the sensor runs the firmware that wrote it."""
    same_firmware: bool = True
    comparable: int = 0
    """How many variables of the backup can be compared."""
    resumed: bool = False
    """Whether an earlier process has begun this restore."""
    earlier: int = 0
    """How often an earlier process has sent RestoreParameterBackup."""
    puts: int = 0
    """Uploads since the last RestoreParameterBackup."""
    put: Outcome = Outcome.NONE
    sends: int = 0
    send: Outcome = Outcome.NONE
    reply: RestoreReply | None = None
    """Of the last RestoreParameterBackup."""
    saves: int = 0
    save: Outcome = Outcome.NONE
    basis: Basis | None = None
    """Why it counted as applied when saving began."""
    left_out: tuple[str, ...] = ()
    before: RestoreReading = RestoreReading()
    """The sensor before the last RestoreParameterBackup."""
    unsaved: RestoreReading = RestoreReading()
    """The sensor before it was first asked to save."""
    latest: RestoreReading = RestoreReading()
    has_result: bool = False
    """Whether it has ``RestoreParameterBackupResult``."""
    was_pending: bool = False
    """Whether the result read pending before the last RestoreParameterBackup, as on a fresh sensor."""
    pending_seen: bool = False
    """Whether it was seen pending since then."""
    shown: bool = False
    """Whether all that differed was seen to be the backup's since then; a reboot may have undone it."""
    gone: bool = False
    """Whether it rebooted since the last RestoreParameterBackup, or was silent and may have.

    A result that is read then may be a boot's default.
    """
    code: str = ""
    why: str = ""
    advice: str = ""
    """What the last act was answered with."""
    quiet_since: float = 0.0
    """When an act was last sent, or a silence last ended."""
    started_at: float | None = None
    """Since when UpdateState is 1."""
    blind_since: float | None = None
    silent: bool = False
    """Whether no look since then was answered at all."""
    trouble: str = ""
    last: Last = Last.TIME
    wants: frozenset[RestoreWant] = frozenset()
    looked_at: float = 0.0

    @property
    def visible(self) -> bool:
        """Whether the restore, if it works, changes something that can be read."""
        return bool(self.before.differing)

    @property
    def would_show(self) -> bool:
        """Whether a restore that was refused and done all the same would show by now.

        By a change, or by a result that reads finished. A call that does not exist is not done.
        """
        result = self.latest.result
        return self.visible or self.send is Outcome.ABSENT or (result is not None and result.finished)

    @property
    def changed(self) -> bool:
        """Whether something that differed from the backup does not any more."""
        return self.latest.differing is not None and bool(self._were_differing - self._still)

    @property
    def reached(self) -> bool:
        """Whether nothing that differed from the backup does any more."""
        return self.changed and not self._were_differing & self._still

    @property
    def stays(self) -> bool:
        """Whether all that differed was read again, and differs as before."""
        now = self.latest.differing
        return bool(self._were_differing) and now is not None and self._were_differing <= now

    @property
    def _were_differing(self) -> frozenset[str]:
        return self.before.differing or frozenset()

    @property
    def _still(self) -> frozenset[str]:
        return (self.latest.differing or frozenset()) | self.latest.unread

    @property
    def waited(self) -> float:
        """Seconds from the last act, or the end of the last silence, to the last look."""
        return self.looked_at - self.quiet_since

    @property
    def pending(self) -> bool:
        """Whether the sensor reports that it is at work.

        A result that was pending before shows that only of a call that the sensor has taken.
        """
        result = self.latest.result
        known = self.send is Outcome.TAKEN or not self.was_pending
        return result is not None and not result.finished and known

    @property
    def word(self) -> RestoreReply | None:
        """What the sensor reports of the last call; ``None``: nothing, or perhaps of an earlier one."""
        result, reply, before = self.latest.result, self.reply, self.before.result
        if reply is not None and reply.ok is False:
            return reply
        if result is not None:
            changed = before is not None and result != before
            return result if result.finished and (self.pending_seen or changed) else None
        # ``Result`` true means that the call was taken on: it works on after its reply (authentication
        # article, scenario 2; SICK's OpenAPI of picoScan 2.3.3). A RestoreResult is the end.
        done = reply is not None and reply.finished and reply.ok and reply.result is not None
        return reply if done and not self.has_result else None

    @property
    def watched(self) -> bool:
        """Whether this process has seen the result come: what came without it may be a boot's default."""
        return not self.resumed or self.sends > 1 or self.pending_seen

    @property
    def may_come(self) -> bool:
        """Whether a call may still take effect: its end is not reported, and it has not shown whole."""
        result = self.latest.result
        if self.sends == 0 or (result is not None and result.finished):
            return False
        came = self.shown or self.basis is Basis.REPORTED
        return self.sends > 1 or self.earlier > 1 or not (came or self._is_over)

    @property
    def _is_over(self) -> bool:
        """Whether the last call was answered with its result, or certainly not done."""
        barred = self.code in (Code.ACCESS_DENIED, Code.LOCKED) and self.saves == 0
        return (
            self.word is not None or self.send is Outcome.ABSENT or (self.send is Outcome.REFUSED and barred)
        )

    @property
    def doubtful(self) -> bool:
        """Whether an earlier call may have worked, and nothing shows that it has not."""
        return (self.sends > 1 or self.earlier > 1) and not self.visible

    @property
    def confirmed(self) -> bool:
        """Whether the backup is known to be restored, and nothing since then may have lost it."""
        return self.basis in (Basis.REPORTED, Basis.SEEN) and not (self.gone or self.resumed or self.stays)

    @property
    def is_saved(self) -> bool | None:
        """Whether the parameters are saved; ``None`` if that is not known."""
        if self.save is Outcome.TAKEN:
            return True
        # A sensor may compute its checksum of what is active: only a change to the backup's shows a save.
        was, now = self.unsaved, self.latest
        became = now.checksum == self.checksum and was.checksum not in (None, now.checksum)
        if became and now.checksum is not None:
            return True
        if now.stamp is not None and was.stamp not in (None, now.stamp):
            return True
        # Where it was asked before, that may have worked.
        return False if self.save is Outcome.REFUSED and self.saves == 1 else None

    def seen(self, what: RestoreObservation, now: float) -> "RestoreEvidence":
        """The evidence with one more observation."""
        match what:
            case RestoreBegan():
                return _began(self, what, now)
            case RestoreEnded():
                return _ended(self, what, now)
            case RestoreLooked():
                return _looked(self, what, now)
            case Silent() | Garbled():
                return _blind(self, what.why, now, silent=isinstance(what, Silent))
            case Tick():
                return structs.replace(self, last=Last.TIME, wants=frozenset())


def _began(e: RestoreEvidence, what: RestoreBegan, now: float) -> RestoreEvidence:
    e = structs.replace(e, quiet_since=now, last=Last.ACT, wants=frozenset())
    unread = structs.replace(e.latest, result=None, differing=None, differences=(), checksum=None, stamp=None)
    match what.act:
        case RestoreAct.PUT:
            return structs.replace(e, puts=e.puts + 1, put=Outcome.OPEN)
        case RestoreAct.RESTORE:
            return structs.replace(
                e,
                sends=e.sends + 1,
                send=Outcome.OPEN,
                puts=0,
                put=Outcome.NONE,
                reply=None,
                before=e.latest,
                was_pending=e.latest.result is not None and not e.latest.result.finished,
                latest=unread,
                pending_seen=False,
                shown=False,
                gone=False,
            )
        case RestoreAct.SAVE:
            return structs.replace(
                e,
                saves=e.saves + 1,
                save=Outcome.OPEN,
                basis=what.basis,
                left_out=what.left_out,
                unsaved=e.unsaved if e.saves else e.latest,
                latest=unread,
            )


def _ended(e: RestoreEvidence, what: RestoreEnded, now: float) -> RestoreEvidence:
    e = structs.replace(
        e, quiet_since=now, last=Last.ACT, wants=frozenset(), code=what.code, why=what.why, advice=what.advice
    )
    match what.act:
        case RestoreAct.PUT:
            return structs.replace(e, put=what.outcome)
        case RestoreAct.RESTORE:
            return structs.replace(e, send=what.outcome, reply=what.reply)
        case RestoreAct.SAVE:
            return structs.replace(e, save=what.outcome)


def _looked(e: RestoreEvidence, what: RestoreLooked, now: float) -> RestoreEvidence:
    reading, wants = what.reading, what.wants
    back = e.blind_since is not None
    known = e.latest
    rebooted = RestoreWant.WHO in wants and _has_rebooted(known, reading)
    if (back and e.silent) or rebooted:
        # It may have rebooted: what was read before may not hold any more.
        known = structs.replace(known, differing=None, differences=(), checksum=None, stamp=None)
    latest = _updated(known, reading, wants)
    started = latest.state is UpdateState.STARTED
    gone = e.gone or (((back and e.silent) or rebooted) and e.sends > 0)
    pending = latest.result is not None and not latest.result.finished
    return structs.replace(
        e,
        latest=latest,
        shown=e.shown or (e.sends > 0 and structs.replace(e, latest=latest).reached),
        has_result=e.has_result or reading.result is not None,
        # A boot may leave the result at 0, and loses what was seen before it.
        pending_seen=not gone and (e.pending_seen or (e.sends > 0 and pending)),
        gone=gone,
        quiet_since=now if back and e.silent else e.quiet_since,
        started_at=(now if e.started_at is None else e.started_at) if started else None,
        blind_since=None,
        silent=False,
        last=Last.LOOK,
        wants=wants,
        looked_at=now - what.took,
    )


def _updated(known: RestoreReading, reading: RestoreReading, wants: frozenset[RestoreWant]) -> RestoreReading:
    """What is known after a look: what was asked for is as it was read, the rest as before."""
    latest = known
    if RestoreWant.WHO in wants:
        latest = structs.replace(
            latest,
            stranger=reading.stranger,
            state=reading.state,
            # What cannot be read just now keeps its last value.
            power_on=known.power_on if reading.power_on is None else reading.power_on,
            hours=known.hours if reading.hours is None else reading.hours,
        )
    if RestoreWant.RESULT in wants:
        latest = structs.replace(latest, result=reading.result)
    if RestoreWant.FILE in wants:
        latest = structs.replace(latest, differs_from_file=reading.differs_from_file)
    if RestoreWant.VALUES in wants:
        latest = structs.replace(
            latest,
            differing=reading.differing,
            differences=reading.differences,
            unread=reading.unread,
            moved=reading.moved,
        )
    if RestoreWant.SAVED in wants:
        latest = structs.replace(latest, checksum=reading.checksum, stamp=reading.stamp)
    return latest


def _has_rebooted(earlier: RestoreReading, now: RestoreReading) -> bool:
    """Whether ``PowerOnCnt`` rose or ``DailyOpHours`` fell."""
    if earlier.power_on is not None and now.power_on is not None and now.power_on > earlier.power_on:
        return True
    return earlier.hours is not None and now.hours is not None and now.hours < earlier.hours


def _blind(e: RestoreEvidence, why: str, now: float, *, silent: bool) -> RestoreEvidence:
    return structs.replace(
        e,
        blind_since=now if e.blind_since is None else e.blind_since,
        silent=e.silent or silent,
        trouble=why,
        last=Last.BLIND,
        wants=frozenset(),
    )
