"""Every path of the machine and a modelled sensor through each other, up to a number of surprises.

A visited set makes it cheap: two moments that the machine cannot tell apart, of sensors that are the same,
have one future. Moments are compared as ages, and an age counts up to where no deadline looks at it any more.
Paths are counted, not walked, by adding up the paths of what follows. A way back to a moment that is still on
the path would be an update without an end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, Final, NamedTuple

from msgspec import structs

from sicktui.engine.job.past import JobHistory
from sicktui.engine.update.machine import Finish, Glimpse, Look, Put, Renew, Trigger, Wait, next_act
from sicktui.engine.update.resume import known_of, resumed_evidence
from sicktui.model.enums import UpdateState
from sicktui.model.judgement import Judgement
from sicktui.model.update.act_rule import PATIENT, idle_limit
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import (
    COUNTERS,
    Act,
    Began,
    Garbled,
    Glimpsed,
    Last,
    Looked,
    Outcome,
    Renewed,
    Silent,
    Tick,
)
from tests.exploration import answers
from tests.exploration.sensor import Sensor, after
from tests.exploration.truth import Unseen, Wrong, check_act, check_end
from tests.exploration.world import World

GAPS: Final = (0, 1, 5)
"""Steps between the end of one process and the beginning of the next."""


LONGEST: Final = 300
"""Steps that no update may take, with all kills and resumes."""


class Moment(NamedTuple):
    """The machine's evidence, the time, and the sensor."""

    evidence: Evidence
    now: int
    sensor: Sensor
    label: str = ""
    """How it came to this."""


class Count(NamedTuple):
    """What was explored."""

    states: int
    transitions: int
    paths: int
    verdicts: dict[str, int]
    """Ends, by verdict and code."""
    longest: int
    """Steps of the longest update."""


def explore(world: World, surprises: int, *, blind: bool = False) -> Count:
    """Walk all paths.

    Args:
        world: what is fixed.
        surprises: how many a path may have.
        blind: whether wrong ends that no reply can show are counted, and do not end it.

    Raises:
        Wrong: with the path that shows it.
    """
    root = Moment(world.evidence(), 0, Sensor(left=surprises, state=int(world.stale)), "begin")
    ages = Ages(world)
    numbers: dict[Any, int] = {}  # keys are large: each is hashed once
    number = numbers.setdefault
    paths: dict[int, int] = {}
    open_keys = {number(ages.key(root), 0)}
    verdicts: Counter[str] = Counter()
    transitions = longest = 0
    stack = [_Frame(root, 0, following(world, root))]
    while stack:
        frame = stack[-1]
        try:
            moment = next(frame.following, None)
            if isinstance(moment, Unseen) and not blind:
                raise moment
        except Wrong as wrong:
            raise Wrong(_story(world, stack, str(wrong))) from None
        if moment is None:
            stack.pop()
            open_keys.discard(frame.key)
            paths[frame.key] = frame.paths
            if stack:
                stack[-1].paths += frame.paths
            continue
        transitions += 1
        if not isinstance(moment, Moment):
            frame.paths += 1
            verdicts[_named(moment)] += 1
            longest = max(longest, frame.moment.now)
            continue
        key = number(ages.key(moment), len(numbers))
        if key in open_keys:
            raise Wrong(_story(world, [*stack, _Frame(moment, key, iter(()))], "it comes to no end"))
        known = paths.get(key)
        if known is not None:
            frame.paths += known
            continue
        if moment.now > LONGEST:
            raise Wrong(_story(world, stack[-40:], "it takes too long"))
        open_keys.add(key)
        stack.append(_Frame(moment, key, following(world, moment)))
    return Count(len(paths), transitions, paths[0], dict(verdicts), longest)


def _named(end: Judgement | Unseen) -> str:
    if isinstance(end, Unseen):
        return "succeeded/which no reply shows to be wrong"
    return f"{end.verdict.value}/{end.code.value if end.code else ''}"


class _Frame:
    def __init__(self, moment: Moment, key: int, following: "Iterator[Moment | Judgement | Unseen]") -> None:
        self.moment = moment
        self.key = key
        self.following = following
        self.paths = 0


def following(world: World, moment: Moment) -> Iterator[Moment | Judgement | Unseen]:
    """All that may come next.

    Raises:
        Wrong: what the machine does next must not be done.
    """
    evidence, now, sensor, _ = moment
    act = next_act(evidence, now, world.timing)
    if isinstance(act, Wait):
        steps = max(ceil(act.seconds), 1)
        ticked, now = evidence.seen(Tick(), now + steps), now + steps
        act = next_act(ticked, now, world.timing)
        for later in after(world, sensor, steps):
            yield from _carried_out(world, Moment(ticked, now, later), act)
    else:
        yield from _carried_out(world, moment, act)
    if evidence.sent.puts and sensor.left:
        yield from _killed(world, moment)


def _carried_out(world: World, moment: Moment, act: Any) -> Iterator[Moment | Judgement | Unseen]:
    evidence, now, sensor, _ = moment
    match act:
        case Finish(judgement=judgement):
            try:
                check_end(world, evidence, sensor, judgement)
            except Unseen as unseen:
                yield unseen
            else:
                yield judgement
        case Look() | Glimpse():
            for seen, later, took in _found(world, sensor, act):
                yield Moment(evidence.seen(seen, now + took), now + took, later)
        case Put() | Trigger():
            yield from _felt(world, moment, act)
        case Renew():
            yield Moment(evidence.seen(Renewed(ok=True), now), now, sensor, "renewed")
            if sensor.left:
                less = sensor._replace(left=sensor.left - 1)
                yield Moment(evidence.seen(Renewed(ok=False, why="No."), now), now, less, "not renewed")
        case _:
            raise Wrong(f"two waits in a row: {act}")


def _found(
    world: World, sensor: Sensor, act: Look | Glimpse
) -> Iterable[tuple[Looked | Glimpsed | Silent | Garbled, Sensor, int]]:
    """All that a look can find."""
    if isinstance(act, Glimpse):
        return answers.glimpse(world, sensor)
    return answers.look(world, sensor, act.wants, act.at_two)


def _felt(world: World, moment: Moment, act: Put | Trigger) -> Iterator[Moment]:
    evidence, now, sensor, _ = moment
    check_act(evidence, sensor)
    kind = Act.PUT if isinstance(act, Put) else Act.TRIGGER
    began = evidence.seen(Began(act=kind), now)
    outcomes = (
        answers.put(world, sensor) if isinstance(act, Put) else answers.trigger(world, sensor, act.path)
    )
    for ended, later in outcomes:
        label = f"{kind.value}: {ended.outcome.value} {ended.sent or ''}"
        yield Moment(began.seen(ended, now), now, later, label)
        if later.left:
            less = later._replace(left=later.left - 1)
            yield from _resumed(world, Moment(began, now, less), f"{kind.value}, killed before its outcome")
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        yield from _resumed(world, Moment(began, now, less), f"{kind.value}, killed before it left")


def _killed(world: World, moment: Moment) -> Iterator[Moment]:
    less = moment.sensor._replace(left=moment.sensor.left - 1)
    yield from _resumed(world, moment._replace(sensor=less), "killed")


def _resumed(world: World, moment: Moment, label: str) -> Iterator[Moment]:
    for gap in GAPS:
        now = moment.now + gap
        evidence = resumed(world, moment.evidence, now)
        for later in after(world, moment.sensor, gap):
            yield Moment(evidence, now, later, f"{label}, resumed after {gap}")


def resumed(world: World, evidence: Evidence, now: int) -> Evidence:
    """The evidence of the next process: what the journal keeps, dated at this moment."""
    sent = evidence.sent
    triggered = sent.triggers > 0 or sent.absent > 0
    kept = JobHistory(
        put="done" if sent.put is Outcome.TAKEN else "intended",
        put_outcome=sent.put,
        put_bytes=sent.bytes,
        trigger="intended" if triggered else "none",
        trigger_outcome=sent.trigger,
        started=evidence.started_at is not None,
        finished=evidence.finished_at is not None,
        known=known_of(evidence),
    )
    state = evidence.baseline if triggered else evidence.latest.state
    before = structs.replace(world.before(), state=state)
    return resumed_evidence(kept, before, world.expected, counts=world.known_to_count, now=now)


class Ages:
    """Turns moments into keys of the visited set.

    A key holds what the machine can still decide by, and no more: an age up to where a deadline looks at it,
    and nothing of the acts once the flash has begun, since no act follows then. That the whole update may
    take too long ends it as unknown, and is left out.
    """

    def __init__(self, world: World) -> None:
        timing = world.timing
        idle = idle_limit(timing)
        calm = max(timing.settle, timing.autostart_wait)
        self._rest = ceil(max(idle * PATIENT, timing.reconnect_timeout, calm)) + 1
        self._blind = ceil(max(timing.reconnect_timeout, timing.flash_timeout)) + 1
        self._proof = ceil(timing.reconnect_timeout + calm) + 1
        self._flash = ceil(timing.flash_timeout) + 1
        self._calm = ceil(max(calm, timing.reconnect_timeout)) + 1
        self._most = ceil(timing.flash_timeout + 2 * timing.reconnect_timeout + 4 * idle) + 1

    def key(self, moment: Moment) -> Any:
        """What tells this moment from others, for the machine and for the sensor."""
        e, now, proof, latest = moment.evidence, moment.now, moment.evidence.proof, moment.evidence.latest
        since, well_at, at_two = e.well_since, e.well_at, latest.state is UpdateState.FINISHED
        well = None
        if since is not None and well_at is not None:
            well = (min(now - since, self._calm), e.confirmed, min(well_at - since, self._calm))
        return (
            moment.sensor,
            None if e.begun else self._sent(e, now),
            (e.last, e.wants, e.resumed, min(e.looks, 3), e.baseline, e.stranger is not None),
            (latest.state, latest.version, latest.status, latest.firmware),
            (latest.power_on, latest.hours, latest.clock, latest.checksum),
            (
                e.silences > 0,
                e.silent_since is None,
                e.woke,
                e.asked,
                at_two and e.asked_at_two.intersection(COUNTERS),
            ),
            _age(e.gap, now, self._rest if latest.state is UpdateState.FINISHED else 0),
            _age(e.started_at, now, self._flash if latest.state is UpdateState.STARTED else 0),
            _age(e.finished_at, now, self._blind if latest.state is UpdateState.FINISHED else 0),
            e.error_at is None,
            _age(e.changed_at, now, self._rest),
            _age(e.blind_since, now, self._blind),
            None if proof is None else (proof.by, proof.doubted and at_two, _age(proof.at, now, self._proof)),
            None if proof is None or e.finished_at is None else _sign(e.finished_at - proof.at),
            well,
            now - e.looked_at if e.last is Last.LOOK else None,
        )

    def _sent(self, evidence: Evidence, now: int) -> Any:
        sent = evidence.sent
        return (
            (sent.puts, sent.put, sent.bytes > 0, sent.whole, sent.renewals, sent.renewed, sent.denied),
            (sent.triggers, sent.trigger, sent.heard, sent.absent, sent.code),
            evidence.silences > sent.silences,
            _age(sent.first_trigger, now, self._flash) if sent.triggers else None,
            None if sent.first_at is None else _age(sent.at, now, self._most),
        )


def _age(at: float | None, now: int, most: int) -> float | None:
    return None if at is None else min(now - at, most)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _story(world: World, stack: "list[_Frame]", end: str) -> str:
    """A path in words."""
    lines = [f"{world.name}: {end}"]
    before: Sensor | None = None
    for frame in stack:
        moment = frame.moment
        seen = moment.label or _seen(moment.evidence)
        lines.append(f"  {moment.now:3} {seen} | {_difference(before, moment.sensor)}")
        before = moment.sensor
    return "\n".join(lines)


def _seen(evidence: Evidence) -> str:
    if evidence.last is Last.BLIND:
        return f"no answer: {evidence.trouble}"
    latest = evidence.stranger or evidence.latest
    wants = ",".join(sorted(evidence.wants))
    proof = f" proof: {evidence.proof.words}" if evidence.proof else ""
    return f"look {wants}: {int(latest.state or 0)} {latest.version} {latest.firmware}{proof}"


def _difference(before: Sensor | None, sensor: Sensor) -> str:
    if before is None:
        return str(sensor)
    pairs = zip(Sensor._fields, before, sensor, strict=True)
    return " ".join(f"{name}={new}" for name, old, new in pairs if old != new)
