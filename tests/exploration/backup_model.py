"""Every path of the backup machine and a modelled sensor through each other, up to a number of surprises.

The model is written from the contract and SICK's documents: a call that was answered badly, or not at all,
may have been done; a file that was asked for comes within ``backup_timeout`` or never; a result is pending
from the call on until its end, and before the first (OpenAPI). Each surprise costs one of ``left``.
"""

from collections.abc import Hashable, Iterator
from math import ceil
from typing import Final, Literal, NamedTuple

from msgspec import structs

from sicktui.engine.backup.machine import (
    Compare,
    Create,
    Fetch,
    Finish,
    Keep,
    Look,
    ReadParameters,
    Remember,
    Wait,
    next_act,
)
from sicktui.model.backup.age import Decision, Seen
from sicktui.model.backup.evidence import (
    BackupEvidence,
    BackupLooked,
    BackupObservation,
    BackupWant,
    Called,
    Fetched,
    Offer,
    Offered,
    ParametersRead,
    Result,
)
from sicktui.model.enums import Code, UpdateState
from sicktui.model.judgement import Judgement
from sicktui.model.settings import Timing
from sicktui.model.update.observations import Outcome, Tick
from tests.exploration.paths import Count, explore_paths
from tests.exploration.truth import Wrong

TIMING: Final = Timing(poll_interval=1, backup_timeout=4)
REST: Final = 4
_LATER: Final = (0, 6)
"""Steps between a kill and the next process."""
_SMALL, _LARGE = 300, 400


Before = Literal["nothing", "file", "empty"]
By = Literal["checksum", "file", "snapshot", "unsaved", "saved", "hidden", "nothing"]
"""``unsaved``: MD5Parameters stays, which covers what is saved; the parameters that are read do not.
``saved``: what the file has was saved after it was stored: MD5Parameters moves, and no parameter does.
``hidden``: neither MD5Parameters nor what can be read shows the change."""
STAMPS: Final[tuple[Literal["written", "asked"], ...]] = ("written", "asked")
BEFORE: Final[tuple[Before, ...]] = ("nothing", "file", "empty")
BY: Final[tuple[By, ...]] = ("checksum", "file", "snapshot", "unsaved", "saved", "hidden", "nothing")


class World(NamedTuple):
    """One kind of sensor."""

    name: str
    result: bool = True
    """Whether it has ``CreateParameterBackupResult``."""
    before: Before = "nothing"
    """What it offers before its first backup; ``empty``: an empty 200."""
    changed: bool = False
    """Whether a parameter differs from the file that is there before."""
    same_bytes: bool = False
    """Whether equal parameters make equal files."""
    anew: bool = False
    """Whether each download is encrypted anew."""
    compared: By = "nothing"
    """What an old file can be compared by."""
    stamps: Literal["", "written", "asked"] = ""
    """What its server dates a file by: the call that it was written after, or the moment of each request."""
    usually: str = "written"


class Content(NamedTuple):
    """A file."""

    owner: Literal["ours", "theirs"]
    call: int
    """The call that it was written after; 0: before them all."""
    current: bool
    """Whether it holds the parameters of now."""
    whole: bool = True


class Sensor(NamedTuple):
    """A sensor at one moment."""

    left: int
    file: Content | None = None
    calls: int = 0
    work: int = 0
    """Steps until the file is written; 0: nothing is at work."""
    writes: bool = True
    """Whether the file at work is offered in the end, or the one from before."""
    fails: bool = False
    grows: bool = False
    """Whether the file at work is offered while it is written."""
    hangs: bool = False
    result: Literal["pending", "ok", "bad"] = "pending"
    flashing: bool = False
    other: bool = False
    moved: bool = False
    """Whether it runs another firmware."""


class Moment(NamedTuple):
    """The machine's evidence, the time, the sensor, and the file on this PC."""

    evidence: BackupEvidence
    now: int
    sensor: Sensor
    held: Content | None = None
    label: str = "begin"


def explore(world: World, surprises: int) -> Count:
    """Walk all paths.

    Raises:
        Wrong: with the path that shows it.
    """

    def following_one(moment: Moment) -> Iterator[Moment | str]:
        return following(world, moment)

    def story(moments: list[Moment], end: str) -> str:
        return "\n".join((f"{world.name}: {end}", *(_line(moment) for moment in moments)))

    return explore_paths(begin(world, surprises), following_one, _key, story)


def begin(world: World, surprises: int) -> Moment:
    """The first moment of a path with at most so many surprises."""
    file = Content("ours", 0, current=not world.changed) if world.before == "file" else None
    sensor = Sensor(left=surprises, file=file, result="ok" if file else "pending")
    return Moment(BackupEvidence(since=0), 0, sensor)


def following(world: World, moment: Moment) -> Iterator[Moment | str]:
    """All that may come next."""
    evidence, now, sensor, held, _ = moment
    act = next_act(evidence, now, TIMING)
    match act:
        case Keep(age=age):
            check_kept(world, evidence, sensor, held, age)
            yield age.value
            return
        case Finish(judgement=judgement):
            check_failed(evidence, sensor, judgement)
            yield f"failed/{judgement.code}"
            return
        case Wait(seconds=seconds):
            steps = max(ceil(seconds), 1)
            for one in later(sensor, steps):
                yield Moment(evidence.seen(Tick(), now + steps), now + steps, one, held, "wait")
        case Create():
            yield from _create(world, moment)
        case Fetch():
            for fetched, content, one in _fetch(world, sensor, now):
                yield _after(moment, fetched, one)._replace(held=content or held)
        case _:
            for seen, one in _read(world, moment, act):
                yield _after(moment, seen, one)
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        yield from _killed(less, now, called=evidence.triggers > 0 or evidence.resumed)


def _after(moment: Moment, seen: BackupObservation, sensor: Sensor) -> Moment:
    evidence = moment.evidence.seen(seen, moment.now)
    return Moment(evidence, moment.now, sensor, moment.held, str(seen))


def _killed(sensor: Sensor, now: int, *, called: bool) -> Iterator[Moment]:
    for gap in _LATER:
        for one in later(sensor, gap):
            evidence = BackupEvidence(since=now + gap, resumed=called)
            yield Moment(evidence, now + gap, one, None, "killed and resumed")


def later(sensor: Sensor, steps: int) -> Iterator[Sensor]:
    """After some steps, with at most one thing that befalls it."""
    for _ in range(steps):
        sensor = _step(sensor)
    yield sensor
    if sensor.left and steps:
        less = sensor._replace(left=sensor.left - 1)
        yield less._replace(flashing=True)
        yield less._replace(moved=True)
        yield less._replace(other=True, file=Content("theirs", 0, current=True), work=0)
        # A power cut: what was at work is lost, and no result is there.
        yield less._replace(work=0, hangs=False, result="pending")


def _step(sensor: Sensor) -> Sensor:
    if sensor.work > 1:
        return sensor._replace(work=sensor.work - 1)
    return _written(sensor) if sensor.work == 1 else sensor


def _written(sensor: Sensor) -> Sensor:
    if sensor.fails:
        return sensor._replace(work=0, result="bad")
    file = Content("ours", sensor.calls, current=True) if sensor.writes else sensor.file
    return sensor._replace(work=0, file=file, result="ok", grows=False)


def _read(
    world: World, moment: Moment, act: Look | Remember | ReadParameters | Compare
) -> Iterator[tuple[BackupObservation, Sensor]]:
    sensor, held = moment.sensor, moment.held
    match act:
        case Look(wants=wants):
            yield _look(world, sensor, wants), sensor
        case ReadParameters():
            yield ParametersRead(), sensor
        case Compare():
            assert held is not None
            yield _compared(world, held, moment.evidence), sensor
        case Remember():
            served = _served(sensor)
            if served is None and world.before == "empty":
                yield Offered(offer=None), sensor
            else:
                sha256 = None if served is None else _sha256(world, served, moment.now, sensor)
                stamp = "" if served is None else _stamp(world, served, moment.now)
                yield Offered(offer=Offer(sha256=sha256, stamp=stamp)), sensor
            if sensor.left:
                yield Offered(offer=None), sensor._replace(left=sensor.left - 1)


def _look(world: World, sensor: Sensor, wants: frozenset[BackupWant]) -> BackupLooked:
    result = None
    if BackupWant.RESULT in wants and world.result:
        result = Result(finished=sensor.result != "pending", ok=sensor.result == "ok")
    who = BackupWant.WHO in wants
    return BackupLooked(
        wants=wants,
        stranger="another sensor" if who and sensor.other else "",
        moved="another firmware" if who and sensor.moved else "",
        state=UpdateState.STARTED if who and sensor.flashing else UpdateState.INITIAL,
        result=result,
    )


def _compared(world: World, held: Content, evidence: BackupEvidence) -> Seen:
    stored = _is_stored(world, held)
    named = world.compared == "file" or (stored and world.compared in ("snapshot", "unsaved", "saved"))
    same = world.compared in ("unsaved", "hidden") or (world.compared == "checksum" and held.current)
    summed = world.compared in ("checksum", "unsaved", "saved", "hidden")
    return Seen(
        same_bytes=True,
        triggers=evidence.triggers,
        rewritten=evidence.rewritten,
        differing=("LEDEnable",) if named and not held.current else (),
        same_checksum=same if stored and summed else None,
        agrees=world.compared == "file" and held.current,
        compared=5 if stored and world.compared in ("snapshot", "saved", "hidden") else 0,
    )


def _is_stored(world: World, content: Content) -> bool:
    """Whether these bytes were stored on this PC before, with what was read of the sensor then."""
    if world.before != "file" or content.owner != "ours" or not content.whole:
        return False
    return content.call == 0 or (world.same_bytes and not world.changed)


def _served(sensor: Sensor) -> Content | None:
    if sensor.grows and sensor.work:
        return Content("ours", sensor.calls, current=True, whole=False)
    return sensor.file


def _sha256(world: World, content: Content, now: int, sensor: Sensor) -> str:
    if not content.whole:
        return f"part {sensor.work}"
    made = "" if world.same_bytes else f" of call {content.call}"
    return f"{content.owner} {content.current}{made}{f' at {now}' if world.anew else ''}"


def _stamp(world: World, content: Content, now: int) -> str:
    if world.stamps == "written":
        return f"after call {content.call}"
    return f"at {now}" if world.stamps else ""


def _fetch(world: World, sensor: Sensor, now: int) -> Iterator[tuple[Fetched, Content | None, Sensor]]:
    served = _served(sensor)
    if served is None:
        yield Fetched(begun=now, trouble="Not Found"), None, sensor
        return
    sha256 = _sha256(world, served, now, sensor)
    size = _LARGE if served.whole else _SMALL - sensor.work
    yield Fetched(begun=now, sha256=sha256, size=size, stamp=_stamp(world, served, now)), served, sensor
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        yield Fetched(begun=now, trouble="it is empty"), None, less


def _create(world: World, moment: Moment) -> Iterator[Moment]:
    evidence, now, sensor, held, _ = moment
    if evidence.wants != {BackupWant.WHO}:
        raise Wrong("the passphrase is sent without a look at who the sensor is")
    if sensor.other or sensor.flashing:
        raise Wrong(f"the passphrase is sent to {sensor}")
    if sensor.work:
        raise Wrong("a call while the first is at work")
    if evidence.triggers > 1:
        raise Wrong("a third call")
    for outcome, one in _answers(sensor):
        called = evidence.seen(Called(outcome=outcome, why="why"), now)
        yield Moment(called, now, one, held, f"called: {outcome.value}")
        if one.left:
            yield from _killed(one._replace(left=one.left - 1), now, called=True)


def _answers(sensor: Sensor) -> Iterator[tuple[Outcome, Sensor]]:
    if sensor.hangs:
        yield Outcome.REFUSED, sensor
        return
    for one in _accepted(sensor):
        yield Outcome.TAKEN, one
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        for outcome in (Outcome.ODD, Outcome.REFUSED):
            yield outcome, less
            for one in _accepted(less):
                yield outcome, one


def _accepted(sensor: Sensor) -> Iterator[Sensor]:
    """What may become of a call that the sensor carries out."""
    usual = sensor._replace(
        calls=sensor.calls + 1, work=1, result="pending", writes=True, fails=False, grows=False
    )
    yield usual
    if sensor.left:
        less = usual._replace(left=sensor.left - 1)
        yield _written(less)
        yield less._replace(work=REST - 1)
        yield less._replace(work=REST - 1, grows=True)
        yield less._replace(writes=False)
        yield less._replace(fails=True)
        yield less._replace(work=0, hangs=True)


def check_kept(
    world: World, evidence: BackupEvidence, sensor: Sensor, held: Content | None, age: Decision
) -> None:
    """A file that is kept is whole, of this sensor, and as old as its age says."""
    if held is None or not held.whole or held.owner != "ours":
        raise Wrong(f"{held} is kept")
    if sensor.moved:
        raise Wrong("it is not known which firmware wrote the file")
    if age is Decision.WRITTEN and held.call == 0:
        raise Wrong(f"{held} from before is kept as written for this call")
    if age is Decision.COMPARED and world.compared in ("checksum", "saved", "nothing"):
        raise Wrong(f"{held} counts as compared, and nothing but what is saved was")
    if age is Decision.COMPARED and not held.current:
        _check_hidden(world, evidence, sensor, held)
    if age is Decision.ASSUMED and world.compared == "file" and not world.anew:
        raise Wrong(f"{held} is assumed although it can be compared")
    if age is Decision.ASSUMED and not held.current and world.compared in ("snapshot", "unsaved", "saved"):
        raise Wrong(f"{held} is assumed although a parameter that was read differs")
    if age is Decision.ASSUMED and not sensor.calls:
        raise Wrong("no call was carried out, and yet the file counts on the sensor's word")


def _check_hidden(world: World, evidence: BackupEvidence, sensor: Sensor, held: Content) -> None:
    """An old file counts only where nothing shows that it is old, and no other will come."""
    if world.compared != "hidden":
        raise Wrong(f"{held} is kept, and its parameters differ")
    if evidence.triggers == 1:
        raise Wrong(f"{held} is kept without a second call")
    if sensor.work and sensor.writes and not sensor.fails:
        raise Wrong(f"{held} is kept, and the file of this call is still to come")


def check_failed(evidence: BackupEvidence, sensor: Sensor, judgement: Judgement) -> None:
    """What the sensor is held against is of this process's call, or still so."""
    ours = evidence.triggers > 0 or sensor.moved or evidence.resumed
    if judgement.code is Code.BACKUP_FAILED and not ours:
        raise Wrong(f"{judgement} of a call of an earlier process")


def _key(moment: Moment) -> Hashable:
    e, now = moment.evidence, moment.now

    def aged(file: Fetched | None) -> Fetched | None:
        return file and structs.replace(file, begun=min(file.begun - e.since, REST))

    evidence = structs.replace(
        e,
        since=min(now - e.since, 2 * REST),
        file=aged(e.file),
        stamped_at=0.0 if e.file is None else min(e.file.begun - e.stamped_at, REST),
    )
    return evidence, moment.sensor, moment.held


def _line(moment: Moment) -> str:
    return f"  {moment.now:3} {moment.label} | {moment.sensor} | {moment.held}"


def _usually(before: Before, by: By, *, same: bool, changed: bool) -> str:
    """How a backup without a surprise ends."""
    if before == "nothing" or (before == "file" and (changed or not same)):
        return "written"
    if by == "file" or (before == "file" and by in ("snapshot", "hidden")):
        return "compared"
    return "assumed" if same else "written"


WORLDS: Final = (
    *(
        World(
            f"{'a result' if result else 'no result'}, before: {before}"
            f"{', changed since' if changed else ''}{', the same bytes' if same else ''}, compared by {by}",
            result=result,
            before=before,
            changed=changed,
            same_bytes=same,
            compared=by,
            usually=_usually(before, by, same=same, changed=changed),
        )
        for result in (True, False)
        for before in BEFORE
        for changed in ((True, False) if before == "file" else (False,))
        for same in (True, False)
        for by in BY
    ),
    *(
        World(
            f"{'a result' if result else 'no result'}{', changed since' if changed else ''}, "
            f"stamps: {stamps}, compared by {by}",
            result=result,
            before="file",
            changed=changed,
            same_bytes=True,
            compared=by,
            stamps=stamps,
            usually=_usually("file", by, same=True, changed=changed),
        )
        for result in (True, False)
        for changed in (False, True)
        for stamps in STAMPS
        for by in BY
    ),
    World("encrypted anew, before: nothing", anew=True),
    World("encrypted anew, before: file", anew=True, before="file", changed=True, usually="assumed"),
)
