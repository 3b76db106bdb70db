"""Every path of the restore machine and a modelled sensor through each other, up to a number of surprises.

The model is written from the contract and SICK's documents: a call that was answered badly, or not at all,
may have been done, now or much later, and so may one that was accepted or refused without a result; a
sensor may reboot to apply a backup, and a power cut loses what was not saved. Each surprise costs one of
``left``.
"""

from collections.abc import Hashable, Iterator
from math import ceil
from typing import Final, Literal, NamedTuple

from msgspec import structs

from sicktui.engine.restore.machine import Finish, Look, Put, Restore, Save, Wait, next_act
from sicktui.model.enums import Code, UpdateState, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.restore.evidence import RestoreEvidence
from sicktui.model.restore.observations import (
    Basis,
    RestoreAct,
    RestoreBefore,
    RestoreBegan,
    RestoreEnded,
    RestoreLooked,
    RestoreReading,
    RestoreReply,
    RestoreWant,
)
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Garbled, Last, Outcome, Silent, Tick
from tests.exploration.paths import Count, explore_paths
from tests.exploration.truth import Wrong

TIMING: Final = Timing(
    poll_interval=1,
    backup_timeout=4,
    restore_wait=1,
    reconnect_timeout=5,
    reconnect_interval=1,
    flash_timeout=6,
    settle=1,
)
REST: Final = 4
LATE: Final = 40
"""Steps after which a call may take effect whose end is not reported."""
_CAP: Final = 30

Kind = Literal["silent", "taken", "result", "async"]
"""``taken``: ``Result`` true at once, and nothing more; ``result``: a RestoreResult when it is done."""
KINDS: Final[tuple[Kind, ...]] = ("silent", "taken", "result", "async")
Values = Literal["old", "hidden", "part", "new"]
"""``hidden``: all that can be read is the backup's, and the rest is not."""


class World(NamedTuple):
    """One kind of sensor and one backup."""

    name: str
    kind: Kind
    visible: bool = True
    """Whether something that can be read differs from the backup before."""
    checksum: bool = True
    saves: bool = True
    """Whether it has a call to save."""
    file: bool = False
    """Whether the backup's own file names more that can be read."""
    fresh: bool = False
    """Whether its result reads pending before any restore."""
    usually: str = "succeeded"


class Sensor(NamedTuple):
    """A sensor at one moment."""

    left: int
    has: Values = "old"
    saved: Values = "old"
    uploaded: bool = False
    work: int = 0
    """Steps until what was accepted is applied; 0: nothing is at work."""
    becomes: Values = "new"
    refuses: bool = False
    """Whether what is at work ends as failed."""
    late: bool = False
    """Whether what is at work comes later than any wait."""
    reboots: int = 0
    """Steps of silence with which it applies."""
    result: Literal["none", "pending", "ok", "bad"] = "ok"
    down: int = 0
    flashing: bool = False
    other: bool = False


def step(sensor: Sensor) -> Sensor:
    """One step later."""
    if sensor.down:
        return sensor._replace(down=sensor.down - 1)
    if sensor.work > 1:
        return sensor._replace(work=sensor.work - 1)
    if sensor.work == 1:
        if sensor.refuses:
            return sensor._replace(work=0, result="bad")
        return sensor._replace(work=0, has=sensor.becomes, result="ok", down=sensor.reboots)
    return sensor


def later(sensor: Sensor, steps: int) -> Iterator[Sensor]:
    """After some steps, with at most one power cut or exchange."""
    for _ in range(steps):
        sensor = step(sensor)
    yield sensor
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        result: Literal["ok", "pending"] = "ok" if sensor.result == "ok" else "pending"
        yield less._replace(work=0, uploaded=False, has=sensor.saved, down=2, result=result)
        yield less._replace(other=True)
        yield less._replace(down=7)


def root(world: World) -> RestoreEvidence:
    """What the job begins with."""
    return RestoreEvidence(checksum="new" if world.checksum else None, comparable=3)


class Moment(NamedTuple):
    """The machine's evidence, the time, and the sensor."""

    evidence: RestoreEvidence
    now: int
    sensor: Sensor
    label: str = "begin"


def explore(world: World, surprises: int) -> Count:
    """Walk all paths.

    Raises:
        Wrong: with the path that shows it.
    """

    def following_one(moment: Moment) -> Iterator[Moment | str]:
        return following(world, moment)

    def story(moments: list[Moment], end: str) -> str:
        return _story(world, moments, end)

    return explore_paths(begin(world, surprises), following_one, _key, story)


def begin(world: World, surprises: int) -> Moment:
    """The first moment of a path with at most so many surprises."""
    result: Literal["none", "pending", "ok"] = "none"
    if world.kind == "async":
        result = "pending" if world.fresh else "ok"
    return Moment(root(world), 0, Sensor(left=surprises, result=result))


def following(world: World, moment: Moment) -> Iterator[Moment | str]:
    """All that may come next."""
    evidence, now, sensor, _ = moment
    act = next_act(evidence, now, TIMING)
    match act:
        case Finish(judgement=judgement):
            if sensor.other and evidence.last is Last.LOOK and judgement.code is not Code.OTHER_DEVICE:
                raise Wrong(f"{judgement} of another sensor")
            check_end(world, sensor, judgement)
            yield f"{judgement.verdict.value}/{judgement.code.value if judgement.code else ''}"
        case Wait(seconds=seconds):
            steps = max(ceil(seconds), 1)
            for one in later(sensor, steps):
                yield Moment(evidence.seen(Tick(), now + steps), now + steps, one, "wait")
        case Look(wants=wants):
            for seen, one in look(world, sensor, wants):
                yield Moment(evidence.seen(seen, now), now, one, _words(seen))
        case _:
            yield from _felt(world, moment, act)
    if sensor.left and (evidence.puts or evidence.sends or evidence.saves):
        less = sensor._replace(left=sensor.left - 1)
        for gap in (0, 6):
            for one in later(less, gap):
                yield Moment(resumed(evidence, now + gap), now + gap, one, "killed and resumed")


def resumed(e: RestoreEvidence, now: int) -> RestoreEvidence:
    """The evidence of the next process: what the journal keeps."""
    sent = e.sends > 0
    return RestoreEvidence(
        checksum=e.checksum,
        comparable=e.comparable,
        resumed=sent,
        earlier=e.earlier + e.sends - int(e.resumed),
        sends=int(sent),
        send=Outcome.OPEN if sent else Outcome.NONE,
        basis=Basis.ASSUMED if e.basis is Basis.REPORTED and e.save is not Outcome.TAKEN else e.basis,
        left_out=e.left_out,
        before=RestoreBefore.of(e.before).reading,
        was_pending=e.was_pending and e.send is not Outcome.TAKEN,
        saves=int(e.saves > 0),
        save=e.save if e.save is Outcome.TAKEN else Outcome.OPEN if e.saves else Outcome.NONE,
        quiet_since=now,
    )


def look(
    world: World, sensor: Sensor, wants: frozenset[RestoreWant]
) -> Iterator[tuple[RestoreLooked | Silent | Garbled, Sensor]]:
    """What a look may find."""
    if sensor.down:
        yield Silent(why="silent"), sensor
        return
    if sensor.other:
        stranger = "another sensor" if RestoreWant.WHO in wants else ""
        yield RestoreLooked(reading=RestoreReading(stranger=stranger), wants=wants), sensor
        return
    result = None
    if RestoreWant.RESULT in wants and world.kind == "async":
        ok = {"ok": True, "bad": False}.get(sensor.result)
        result = RestoreReply(finished=ok is not None, ok=ok)
    differing: frozenset[str] | None = None
    if RestoreWant.VALUES in wants:
        differing = frozenset()
        if world.visible:
            differing = frozenset({"old": {"a", "b"}, "part": {"b"}}.get(sensor.has, set()))
    reading = RestoreReading(
        state=UpdateState.STARTED if sensor.flashing else UpdateState.INITIAL,
        result=result,
        differing=differing,
        differences=tuple(sorted(differing or ())),
        differs_from_file=(
            ("c",) if world.file and RestoreWant.FILE in wants and sensor.has != "new" else ()
        ),
        checksum=sensor.saved if world.checksum and RestoreWant.SAVED in wants else None,
    )
    yield RestoreLooked(reading=reading, wants=wants), sensor
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        yield Garbled(why="nonsense"), less
        yield Silent(why="lost"), less


def _felt(world: World, moment: Moment, act: Put | Restore | Save) -> Iterator[Moment]:
    evidence, now, sensor, _ = moment
    if sensor.work and not sensor.late and isinstance(act, Restore | Put):
        raise Wrong(f"{act} while a restore is at work")
    result = evidence.latest.result
    if isinstance(act, Restore | Put) and evidence.pending_seen and result is not None and result.finished:
        raise Wrong(f"{act} although the result of this restore came")
    shows = bool(evidence.sends and evidence.before.differing) and sensor.has == "new"
    if isinstance(act, Restore | Put) and shows and not (sensor.other or sensor.down):
        raise Wrong(f"{act} although it shows that it was restored")
    if RestoreWant.WHO not in evidence.wants or RestoreWant.VALUES in evidence.wants:
        raise Wrong(f"{act} without a look at who the sensor is")
    match act:
        case Put():
            began, outcomes = RestoreBegan(act=RestoreAct.PUT), _put(sensor)
        case Restore():
            began, outcomes = RestoreBegan(act=RestoreAct.RESTORE), _restore(world, sensor)
        case Save():
            began = RestoreBegan(act=RestoreAct.SAVE, basis=act.basis, left_out=act.left_out)
            outcomes = _save(world, sensor)
    after = evidence.seen(began, now)
    for outcome, reply, one in outcomes:
        ended = RestoreEnded(act=began.act, outcome=outcome, reply=reply, why="why", code="device_error")
        yield Moment(after.seen(ended, now), now, one, f"{began.act.value}: {outcome.value} {reply}")


Ends = Iterator[tuple[Outcome, RestoreReply | None, Sensor]]


def _put(sensor: Sensor) -> Ends:
    if sensor.other:
        yield Outcome.TAKEN, None, sensor
        return
    if sensor.down:
        yield Outcome.OPEN, None, sensor
        return
    yield Outcome.TAKEN, None, sensor._replace(uploaded=True)
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        yield Outcome.OPEN, None, less
        yield Outcome.OPEN, None, less._replace(uploaded=True)
        yield Outcome.ODD, None, less._replace(uploaded=True)
        yield Outcome.REFUSED, None, less
        yield Outcome.REFUSED, None, less._replace(uploaded=True)


def _restore(world: World, sensor: Sensor) -> Ends:
    if sensor.down or sensor.other:
        yield Outcome.OPEN, None, sensor
        return
    if not sensor.uploaded:
        yield Outcome.TAKEN, RestoreReply(finished=True, ok=False), sensor
        return
    for one, late in _accepted(world, sensor):
        if world.kind == "result" and not late:
            done = step(one._replace(work=1))
            ok = done.result != "bad"
            yield (
                Outcome.TAKEN,
                RestoreReply(finished=True, ok=ok, result=0 if ok else 9),
                done._replace(result="none"),
            )
        else:
            ok_word = True if world.kind in ("async", "taken") else None
            yield Outcome.TAKEN, RestoreReply(finished=True, ok=ok_word), one
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        for outcome in (Outcome.OPEN, Outcome.ODD):
            yield outcome, None, less
            for one, _ in _accepted(world, less):
                yield outcome, None, one
            yield outcome, None, _usual(world, less)._replace(work=LATE, late=True)
        yield Outcome.REFUSED, None, less
        for one, _ in _accepted(world, less):
            yield Outcome.REFUSED, None, one
        yield from _much_later(world, less)


def _much_later(world: World, sensor: Sensor) -> Ends:
    """Accepted or refused, and done all the same after any wait: whole, or the rest of it."""
    late = _usual(world, sensor)._replace(work=LATE, late=True)
    kinds: tuple[Values, ...] = (sensor.has, "part")
    for has in kinds:
        yield Outcome.TAKEN, RestoreReply(finished=True, ok=None), late._replace(has=has)
        yield Outcome.REFUSED, None, late._replace(has=has)


def _usual(world: World, sensor: Sensor) -> Sensor:
    pending: Literal["pending", "none"] = "pending" if world.kind == "async" else "none"
    return sensor._replace(work=1, becomes="new", result=pending, refuses=False, late=False, reboots=0)


def _accepted(world: World, sensor: Sensor) -> Iterator[tuple[Sensor, bool]]:
    """What may become of a call that was accepted."""
    usual = _usual(world, sensor)
    yield usual, False
    if sensor.left:
        less = usual._replace(left=sensor.left - 1)
        yield less._replace(work=REST - 1), world.kind != "result"
        yield less._replace(refuses=True), False
        yield less._replace(reboots=2), world.kind != "result"
        yield less._replace(becomes="part"), False
        yield less._replace(becomes="hidden"), False


def _save(world: World, sensor: Sensor) -> Ends:
    if sensor.down or sensor.other:
        yield Outcome.OPEN, None, sensor
        return
    if not world.saves:
        yield Outcome.ABSENT, None, sensor
        return
    done = sensor._replace(saved=sensor.has)
    yield Outcome.TAKEN, None, done
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        for outcome in (Outcome.OPEN, Outcome.ODD):
            yield outcome, None, less
            yield outcome, None, less._replace(saved=sensor.has)
        yield Outcome.REFUSED, None, less  # only where it reports that it has not saved


def check_end(world: World, sensor: Sensor, judgement: Judgement) -> None:
    """A verdict is true of the sensor, now and for all that it may still become by itself."""
    if judgement.verdict is Verdict.SUCCEEDED:
        # What cannot be seen, and is reported as done, must be believed where there is no checksum.
        right = (
            {"new"} if world.checksum else {"new", "hidden"} if world.visible else {"new", "hidden", "part"}
        )
        saved = sensor.saved in right or not world.saves
        if sensor.has not in right or not saved or sensor.other or (sensor.work and not sensor.late):
            raise Wrong(f"{judgement} of {sensor}")
    elif judgement.verdict is Verdict.FAILED:
        if sensor.work:
            raise Wrong(f"{judgement} although more may come of {sensor}")
        if "restored and saved" in judgement.message and world.visible and sensor.saved == "old":
            raise Wrong(f"{judgement} of {sensor}")
        untouched = ("No parameter was changed", "Nothing that can be read was changed")
        if any(words in judgement.advice for words in untouched) and sensor.has != "old":
            raise Wrong(f"{judgement} of {sensor}")
        restored = sensor.has == "new" and (sensor.saved == "new" or not world.saves)
        if restored and judgement.code is not Code.UNREACHABLE:
            raise Wrong(f"{judgement} of {sensor}")


def _key(moment: Moment) -> Hashable:
    e, now = moment.evidence, moment.now

    def age(at: float | None) -> float | None:
        return None if at is None else min(now - at, _CAP)

    aged = structs.replace(
        e,
        quiet_since=age(e.quiet_since) or 0.0,
        looked_at=age(e.looked_at) or 0.0,
        started_at=age(e.started_at),
        blind_since=age(e.blind_since),
    )
    return aged, moment.sensor


def _words(seen: RestoreLooked | Silent | Garbled) -> str:
    if not isinstance(seen, RestoreLooked):
        return seen.why
    reading = seen.reading
    result = reading.result and (reading.result.finished, reading.result.ok)
    return f"look: result {result}, differing {reading.differences}, checksum {reading.checksum}"


def _story(world: World, moments: list[Moment], end: str) -> str:
    lines = [f"{world.name}: {end}"]
    before: tuple[object, ...] = ()
    for moment in moments:
        pairs = zip(Sensor._fields, moment.sensor, before or moment.sensor, strict=True)
        moved = " ".join(f"{name}={new}" for name, new, old in pairs if new != old)
        lines.append(f"  {moment.now:3} {moment.label} | {moved}")
        before = moment.sensor
    return "\n".join(lines)


WORLDS: Final = (
    *(
        World(
            f"{kind}{'' if visible else ', nothing to see'}{'' if checksum else ', no checksum'}",
            kind,
            visible=visible,
            checksum=checksum,
            usually="unknown" if kind in ("silent", "taken") and not (visible or checksum) else "succeeded",
        )
        for kind in KINDS
        for visible in (True, False)
        for checksum in (True, False)
    ),
    *(
        World(
            f"{kind}, only the file shows it",
            kind,
            visible=False,
            checksum=False,
            file=True,
            usually="unknown" if kind != "async" else "succeeded",
        )
        for kind in ("silent", "taken", "async")
    ),
    World("async, its result is pending before", "async", fresh=True),
    World("async, its result is pending before, no checksum", "async", fresh=True, checksum=False),
    World("no call to save", "result", saves=False, checksum=False),
)
