"""Evidence of an update: what was sent to one sensor and what was seen of it, each with its moment.

Pure. ``Evidence`` is folded from observations, one at a time (``seen``). ``verdict_rule`` judges it, and
``engine/update/machine.py`` decides from it what to do next. Moments are seconds of a monotonic clock. A
resumed run folds what the journal kept, dated at the moment of the resume: every wait then begins again,
which is the safe side.
"""

from typing import Final

from msgspec import Struct, structs

from sicktui.model.device import same_serial
from sicktui.model.enums import UpdateState
from sicktui.model.firmware.version import Likeness, compare, compare_reported
from sicktui.model.update.observations import (
    COUNTERS,
    Began,
    Ended,
    Garbled,
    Glimpsed,
    Last,
    Looked,
    Observation,
    Reading,
    Renewed,
    Silent,
    Tick,
    Want,
)
from sicktui.model.update.proof import Proof, counted_reboot
from sicktui.model.update.sent import Sent


class Evidence(Struct, frozen=True, kw_only=True):
    """All that is known of one update."""

    before: Reading
    """The sensor right before the first write."""
    expected: str | None
    """The version that it must report; ``None``: not known."""
    offers: frozenset[Want] = frozenset()
    """What it offered before."""
    counts: bool = False
    """Whether this very sensor has been seen to count software reboots in ``PowerOnCnt``."""
    resumed: bool = False
    """Whether an earlier process began this job: a reboot may have passed unseen."""
    saved: bool = False
    """Whether its parameters were saved on it before (``--persist``): the one thing that was written then."""
    damaged: bool = False
    """Whether a part of the journal is lost that may have held an act: then no act is sent."""
    sent: Sent = Sent()
    latest: Reading = Reading()
    """The last known value of each variable."""
    baseline: UpdateState = UpdateState.INITIAL
    """A state 2 or 3 that was there before; it has nothing to do with this update."""
    started_at: float | None = None
    finished_at: float | None = None
    error_at: float | None = None
    changed_at: float = 0.0
    """When anything was last sent, or last moved."""
    blind_since: float | None = None
    """Since when no look has been answered whole."""
    silent_since: float | None = None
    silences: int = 0
    """Silences since the first write, the one that goes on included."""
    gap: float | None = None
    """When it could be read again after it could not, since the last act."""
    trouble: str = ""
    """What the last look without a reading met."""
    trouble_code: str = ""
    """The contract's code of that, where it was an answer."""
    trouble_advice: str = ""
    proof: Proof | None = None
    downtime: float | None = None
    """Seconds of the last silence."""
    well_since: float | None = None
    """Since when every look found it rebooted, at the expected version, and healthy."""
    well_at: float | None = None
    """The last such look."""
    confirmed: bool = False
    """Whether that last look read everything that a verdict rests on."""
    stranger: Reading | None = None
    """Another sensor that answers at the address."""
    last: Last = Last.TIME
    """What the last observation was."""
    wants: frozenset[Want] = frozenset()
    """What the last observation read, if it was a look that was answered whole."""
    looked_at: float = 0.0
    """When the last look that was answered whole began."""
    looks: int = 0
    """Looks in a row without an answer that can be used."""
    woke: bool = False
    """Whether what moved last was a silence that ended."""
    asked: frozenset[Want] = frozenset()
    """The counters that were read since the last silence or change of version."""
    asked_at_two: frozenset[Want] = frozenset()
    """The counters that were read since the last Finished was seen."""

    # -- what it amounts to ---------------------------------------------------------------------

    @property
    def state(self) -> UpdateState | None:
        """``UpdateState`` as last read."""
        return self.latest.state

    @property
    def begun(self) -> bool:
        """Whether the sensor was seen to flash."""
        return self.started_at is not None or self.finished_at is not None

    @property
    def boots_count(self) -> bool:
        """Whether this sensor is known to count each boot, from before or from this update."""
        return self.counts or (self.proof is not None and self.proof.by is Want.POWER_ON)

    @property
    def rests(self) -> bool:
        """Whether the state shows that nothing is under way: Initial, or left over from before."""
        return self.state is UpdateState.INITIAL or (self.state is self.baseline and not self.begun)

    @property
    def likeness(self) -> Likeness:
        """How the version that it reports compares with the expected one."""
        if self.expected is None:
            return Likeness.UNCLEAR
        return compare_reported(self.latest.version, self.latest.firmware, self.expected)

    @property
    def same_version(self) -> bool:
        """Whether it reports what it reported before."""
        now, before = self.latest.version, self.before.version
        return now == before or compare(now, before) is Likeness.EQUAL

    @property
    def recalibrated(self) -> bool:
        """Whether the digest of its calibration moved, which no update does: something is wrong with it."""
        before, now = self.before.calibration, self.latest.calibration
        return before is not None and now is not None and before != now

    @property
    def is_before(self) -> bool:
        """Whether what is read now is of the firmware and the boot from before: no reboot may have been."""
        moved = self.proof is not None or self.silences > self.sent.silences or self.resumed
        return self.last is Last.LOOK and self.stranger is None and self.same_version and not moved

    def supplemented(self, read: Reading) -> "Evidence":
        """The same with more of the sensor before the update, read while ``is_before`` held."""
        offered = {want for want in COUNTERS if getattr(read, want.value) is not None}
        return structs.replace(
            self,
            before=self.before.with_more(read),
            latest=self.latest.with_more(read),
            offers=self.offers | offered,
        )

    def seen(self, what: Observation, now: float) -> "Evidence":
        """The evidence with one more observation."""
        match what:
            case Looked():
                return _looked(self, what, now)
            case Glimpsed():
                return _glimpsed(self, what, now)
            case Silent():
                return _blind(self, what, now)
            case Garbled():
                return _blind(self, what, now)
            case Began():
                sent = self.sent.began(what.act, now, silences=self.silences)
                return structs.replace(
                    self, sent=sent, changed_at=now, gap=None, last=Last.ACT, wants=frozenset()
                )
            case Ended():
                sent = self.sent.ended(what, now)
                return structs.replace(self, sent=sent, changed_at=now, last=Last.ACT, wants=frozenset())
            case Renewed():
                sent = self.sent.with_session(what)
                return structs.replace(self, sent=sent, last=Last.ACT, wants=frozenset())
            case Tick():
                return structs.replace(self, last=Last.TIME, wants=frozenset())


def same_sensor(before: Reading, now: Reading) -> bool | None:
    """Whether the same physical sensor answers; ``None`` if this reading does not show it.

    The serial number settles it (leading zeros are spelling), else the MAC address, else the name.
    """
    if before.serial is not None and now.serial is not None:
        return same_serial(before.serial, now.serial)
    if before.mac is not None and now.mac is not None:
        return before.mac == now.mac
    if before.serial is None and before.mac is None:
        return before.name == now.name
    return False if now.name != before.name else None


def _blind(evidence: Evidence, what: Silent | Garbled, now: float) -> Evidence:
    begins = isinstance(what, Silent) and evidence.silent_since is None
    return structs.replace(
        evidence,
        blind_since=now if evidence.blind_since is None else evidence.blind_since,
        silent_since=now if begins else evidence.silent_since,
        silences=evidence.silences + begins,
        changed_at=now if begins else evidence.changed_at,
        trouble=what.why,
        trouble_code=what.code if isinstance(what, Garbled) else "",
        trouble_advice=what.advice if isinstance(what, Garbled) else "",
        well_since=None,
        well_at=None,
        confirmed=False,
        last=Last.BLIND,
        wants=frozenset(),
        looks=evidence.looks + 1,
    )


def _looked(evidence: Evidence, what: Looked, now: float) -> Evidence:
    reading = what.reading
    same = same_sensor(evidence.before, reading) if Want.IDENTITY in what.wants else None
    if same is False:
        return structs.replace(
            evidence,
            stranger=reading,
            well_since=None,
            well_at=None,
            confirmed=False,
            last=Last.LOOK,
            looked_at=now - what.took,
            wants=what.wants,
        )
    if same is None and Want.IDENTITY in what.wants:
        # It has an identity, but not in this answer: just after a boot a variable may not be there yet.
        return _blind(evidence, Garbled(why="It does not report its serial number, as it did before."), now)
    earlier = evidence.latest
    back = evidence.silent_since is not None
    # A restart before the first act proves nothing of this update.
    proof = _proof(evidence, reading, now) if evidence.sent.anything or evidence.resumed else None
    rebooted = proof is not None and proof is not evidence.proof
    fresh = back or reading.version != earlier.version
    counted = rebooted and proof is not None and proof.counted
    merged = _merge(evidence, reading, what.wants, fresh=fresh, counted=counted)
    moved = fresh or rebooted
    after = structs.replace(
        evidence,
        latest=merged,
        stranger=None,
        blind_since=None,
        silent_since=None,
        gap=evidence.gap if evidence.blind_since is None else now,
        downtime=now - evidence.silent_since if evidence.silent_since is not None else evidence.downtime,
        proof=proof,
        changed_at=now if moved or reading.state is not earlier.state else evidence.changed_at,
        woke=back if moved else evidence.woke,
        asked=what.wants if moved else evidence.asked | what.wants,
        last=Last.LOOK,
        looked_at=now - what.took,
        wants=what.wants,
        looks=0,
    )
    after = _state(structs.replace(after, asked_at_two=after.asked_at_two | what.wants), earlier.state, now)
    return _well(after, what.wants, now, moved=rebooted or after.state is not earlier.state)


def _glimpsed(evidence: Evidence, what: Glimpsed, now: float) -> Evidence:
    after = structs.replace(
        evidence,
        latest=structs.replace(evidence.latest, status=what.status),
        last=Last.LOOK,
        looked_at=now - what.took,
        wants=frozenset({Want.STATUS}),
        looks=0,
    )
    return _well(after, after.wants, now, moved=False)


_LASTING: Final[tuple[str, ...]] = ("calibration", "sums_ok")
_FIRMWARE: Final = (Want.FIRMWARE.value,)
_OF_A_BOOT: Final = (*_FIRMWARE, Want.STATUS.value)
_COUNTERS: Final = tuple(want.value for want in COUNTERS)


def _merge(
    evidence: Evidence, reading: Reading, wants: frozenset[Want], *, fresh: bool, counted: bool
) -> Reading:
    """The last known value of each variable; what was read of another boot is not kept.

    Counters outlive a silence, since they show whether it was a reboot. Those that were last read before a
    reboot that one of them proves are forgotten: they would prove the same one again.
    """
    known, kept = evidence.latest, _LASTING
    if not fresh:
        kept += _OF_A_BOOT if Want.STATUS not in wants else _FIRMWARE
    if not counted:
        kept += _COUNTERS
    unread = {name: getattr(known, name) for name in kept if getattr(reading, name) is None}
    return structs.replace(reading, **unread) if unread else reading


def _proof(evidence: Evidence, now_read: Reading, now: float) -> Proof | None:
    """The newest proven reboot after this reading."""
    earlier = evidence.latest
    if counted := counted_reboot(earlier, now_read, now):
        return structs.replace(counted, doubted=counted.by not in evidence.asked_at_two)
    # Of these two a silence is a part: a sensor may name a new version, and new digests, before it reboots.
    back = evidence.silent_since is not None
    at_two = now_read.state is UpdateState.FINISHED
    if evidence.proof is not None or not (back or evidence.woke):
        return evidence.proof
    digests = earlier.checksum and now_read.checksum and earlier.checksum != now_read.checksum
    running = not at_two and (back or Want.CHECKSUM not in evidence.asked)
    if digests and running:
        return Proof(at=now, by=Want.CHECKSUM, words="the checksums of its firmware changed")
    disproven = evidence.counts and now_read.power_on == earlier.power_on
    # At 2 the reboot may be yet to come: then this process must have seen the silence itself.
    seen = evidence.looks > 0 or not at_two
    if back and seen and not disproven and compare(now_read.version, earlier.version) is Likeness.DIFFERENT:
        return Proof(at=now, by=None, words=f"it was away and came back with version {now_read.version}")
    return None


def _state(evidence: Evidence, earlier: UpdateState | None, now: float) -> Evidence:
    """What UpdateState means after all that was seen before it."""
    state = evidence.latest.state
    if not (evidence.sent.anything or evidence.resumed):
        return evidence
    if state is UpdateState.STARTED:
        if evidence.proof is not None:
            # A further stage: what is named now may be what it brings, and its own reboot is yet to come. A
            # counter that was last read before the one that is proven must not prove it.
            unread = {want.value: None for want in COUNTERS if want not in evidence.asked}
            latest = structs.replace(evidence.latest, **unread)
            return structs.replace(
                evidence, latest=latest, proof=None, started_at=now, finished_at=None, error_at=None
            )
        started = now if evidence.started_at is None else evidence.started_at
        return structs.replace(evidence, started_at=started, error_at=None)
    if state is UpdateState.INITIAL:
        # A 2 or 3 that comes from now on belongs to this update.
        return structs.replace(evidence, baseline=UpdateState.INITIAL, error_at=None)
    stale = state is evidence.baseline and evidence.started_at is None
    if state is UpdateState.FINISHED and not stale:
        again = evidence.finished_at is None or earlier is not UpdateState.FINISHED
        if not again:
            return structs.replace(evidence, error_at=None)
        # The state is what a look reads first: its counters were read at 2.
        return structs.replace(evidence, finished_at=now, asked_at_two=evidence.wants, error_at=None)
    if state is UpdateState.ERROR and not stale:
        return structs.replace(evidence, error_at=now if evidence.error_at is None else evidence.error_at)
    return evidence


def _well(evidence: Evidence, wants: frozenset[Want], now: float, *, moved: bool) -> Evidence:
    """Count on, or begin anew, how long it has been healthy at the expected version."""
    if moved or trouble_of(evidence):
        # Readings of the look that proved a reboot may be from before it, and a state that has changed may
        # be the end of a stage.
        return structs.replace(evidence, well_since=None, well_at=None, confirmed=False)
    since = now if evidence.well_since is None else evidence.well_since
    confirmed = confirming(evidence) <= wants
    return structs.replace(evidence, well_since=since, well_at=evidence.looked_at, confirmed=confirmed)


def confirming(evidence: Evidence) -> frozenset[Want]:
    """What the last look of a success must have read: who, how, what, no second reboot, its checksums."""
    wanted = {Want.IDENTITY, *({Want.STATUS, Want.FIRMWARE} & evidence.offers)}
    if evidence.before.calibration is not None or evidence.before.sums_ok is not None:
        wanted.add(Want.CHECKSUM)
    proven_by = evidence.proof.by if evidence.proof is not None else None
    return frozenset(wanted | ({proven_by or Want.POWER_ON} & evidence.offers))


def finished_again(evidence: Evidence) -> bool:
    """Whether a Finished is newer than the last reboot, so that another one is to come."""
    proof, finished = evidence.proof, evidence.finished_at
    if proof is None or finished is None or evidence.latest.state is not UpdateState.FINISHED:
        return False
    return finished > proof.at


def trouble_of(evidence: Evidence) -> str:
    """Why a sensor cannot be called updated and healthy at this moment, in words; empty if it can."""
    latest = evidence.latest
    if evidence.proof is None:
        return "a reboot is not proven"
    if evidence.likeness is not Likeness.EQUAL:
        return f"it reports version {latest.version}"
    if latest.state is UpdateState.STARTED:
        return "UpdateState is 1 (Started)"
    if finished_again(evidence):
        return "UpdateState is 2 (Finished), so its reboot is yet to come"
    if evidence.error_at is not None:
        return "UpdateState is 3 (Error)"
    if latest.status is None:
        return "it does not report DeviceStatus, as it did before" if Want.STATUS in evidence.offers else ""
    if latest.status.healthy:
        return ""
    return f"DeviceStatus is {latest.status.value} ({latest.status.label})"
