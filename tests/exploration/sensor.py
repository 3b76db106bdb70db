"""What a modelled sensor does with time: its own conduct, and what befalls it.

Written from the contract and SICK's documents, not from the rule. Whatever is out of the ordinary is a
*surprise* and costs one of ``left``; a path has at most as many as it began with, at any moments. The model
assumes these bounds, and nothing else:

- An automatic start comes within ``autostart_wait`` of a whole package, whatever the reply was. A part of a
  package starts nothing.
- A trigger that reaches a sensor with a package starts the flash within PATIENT times ``idle_limit``,
  whatever the reply was, or never: the package is verified first, at UpdateState 0.
- A flash may take longer than ``flash_timeout``; to Finished it takes two steps at least. It ends as
  Finished, as 0 or 3 (aborted), or in a reboot of which no Finished was to be seen. Finished reboots within
  ``reconnect_timeout``, or, if it has not rebooted before, never.
- A sensor that the network hides while it flashes or is Finished, and that names the new firmware at 2
  afterwards, reboots within ``idle_limit``. Nothing but a counter tells it from one that has rebooted and
  keeps 2.
- UpdateState leaves 1 or 2 for 0 only by an abort or by a boot. A sensor that aborted runs what it ran.
- A reboot is a silence of any length, none included: it may fall between two looks. It may end never.
- What a boot brings in its train (a roll back, another stage, bad health) begins within ``settle`` where it
  ended at the expected firmware, within ``idle_limit`` where it ended at another. There is one more stage at
  most, and at most three reboots of the sensor's own; a further one into the same firmware has no such train.
- A sensor names the firmware that it runs within ``idle_limit`` of a boot. Before its reboot it may name, in
  state 1 or 2, the one that it is about to run.
- A power cycle loses an uploaded package and a flash that has not finished. It has such a train only where it
  comes in the place of the reboot.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from tests.exploration.world import NEW, OLD, World

NONE: Final = 0
PENDING: Final = 1
FLASH: Final = 2
DONE: Final = 3

SURE: Final = 0
"""The ordinary is that it happens at once."""
SLOW: Final = 1
"""That it is late was a surprise already; it may happen at any step now."""
MAYBE: Final = 2
"""The ordinary is that it does not happen."""

NEVER: Final = -1
SILENT: Final = 1
GARBLED: Final = 2

USUAL_FLASH: Final = 2
USUAL_BOOT: Final = 2
MAX_BOOTS: Final = 3
MOST: Final = 9
"""Surprises: more than anything costs."""

NO_SERIAL: Final = 1
NO_STATUS: Final = 2
NO_POWER_ON: Final = 4
NO_FIRMWARE: Final = 8


class Sensor(NamedTuple):
    """A sensor at one moment. Durations are in steps."""

    left: int
    """Surprises that may still come."""
    stranger: bool = False
    """Another sensor has its address."""
    runs: int = OLD
    names: int = OLD
    late: int = 0
    """Until it names what it runs."""
    state: int = 0
    """UpdateState."""
    work: int = NONE
    mood: int = SURE
    since: int = 0
    """Of PENDING: how long it may still start. Of FLASH and DONE: since when."""
    down: int = 0
    """Until it answers again; NEVER; 0 while it answers."""
    fresh: int = 0
    """How long something of the last boot may still follow."""
    stages: int = 1
    """Further stages that it may have."""
    boots: int = 0
    counted: int = 0
    """By how much PowerOnCnt has risen."""
    status: int = 3
    """DeviceStatus."""
    starting: int = 0
    """Until DeviceStatus is 3."""
    lost: int = 0
    """Variables that it has no more, as bits."""
    package: bool = False
    """Whether a trigger would start a flash."""
    net: int = 0
    """How long the network, or its web server, is in trouble."""
    trouble: int = SILENT
    hidden: bool = False
    """Whether the network was silent while it flashed or was Finished."""
    felt: bool = False
    """Whether a byte of a package, or a trigger, has left the PC."""

    @property
    def at_work(self) -> bool:
        """Whether something that was sent may still take effect."""
        return self.work != NONE


Choice = tuple[int, Sensor]
"""What it costs, and what comes of it."""


@cache
def after(world: World, sensor: Sensor, steps: int) -> frozenset[Sensor]:
    """All that a sensor can be some steps later."""
    if steps == 0:
        return frozenset((sensor,))
    return frozenset().union(*(a_step(world, one) for one in after(world, sensor, steps - 1)))


@cache
def a_step(world: World, sensor: Sensor) -> frozenset[Sensor]:
    """All that a sensor can be one step later."""
    found = set()
    clear = sensor._replace(net=sensor.net - 1) if sensor.net else sensor
    conduct = tuple(own(world, clear))
    for cost, later in (*conduct, *befalls(world, clear, conduct)):
        if cost <= sensor.left:
            found.add(later._replace(left=sensor.left - cost) if cost else later)
    return frozenset(found)


@cache
def futures(world: World, sensor: Sensor) -> frozenset[Sensor]:
    """All that a sensor can become by its own conduct, now and ever."""
    start = sensor._replace(left=MOST)
    found, todo = {start}, [start]
    while todo:
        for _, later in own(world, todo.pop()):
            if later not in found:
                found.add(later)
                todo.append(later)
    return frozenset(found)


def own(world: World, sensor: Sensor) -> Iterator[Choice]:
    """What it may do within a step. What costs more than is left of a reboot is left out."""
    if sensor.stranger or sensor.down == NEVER:
        yield 0, sensor
        return
    if sensor.down:
        waiting = sensor._replace(down=sensor.down - 1)
        yield from ((0, waiting),) if waiting.down else _back(world, waiting)
        return
    fresh, sensor = sensor.fresh, _aged(sensor)
    if sensor.work == PENDING:
        yield from _pending(sensor)
    elif sensor.work == FLASH:
        yield from _flash(world, sensor)
    elif sensor.work == DONE:
        yield from _done(world, sensor)
    else:
        yield 0, sensor
        if fresh > 0:
            yield from _of_the_boot(world, sensor, fresh)


def befalls(world: World, sensor: Sensor, conduct: tuple[Choice, ...]) -> Iterator[Choice]:
    """What may befall it within a step, each a surprise; ``conduct`` is what it may do by itself."""
    if not sensor.left:
        return
    long = int(world.timing.reconnect_timeout) + 1
    if not sensor.net:
        usual = [later for cost, later in conduct if cost == 0]
        for steps, kind in ((1, SILENT), (2, SILENT), (long, SILENT), (1, GARBLED), (long, GARBLED)):
            for later in usual:
                hidden = later.hidden or (kind == SILENT and later.work in (FLASH, DONE))
                yield 1, later._replace(net=steps, trouble=kind, hidden=hidden)
    if not sensor.stranger:
        yield 1, sensor._replace(stranger=True, down=0)
    if not sensor.stranger and sensor.down != NEVER:
        into = {sensor.runs} | ({NEW} if sensor.work == DONE else set()) | ({OLD} if sensor.fresh else set())
        for firmware in into:
            yield from _reboot(world, sensor, firmware, 1, power=True)


def _aged(sensor: Sensor) -> Sensor:
    """One step older."""
    if not (sensor.late or sensor.starting or sensor.fresh):
        return sensor
    late = max(sensor.late - 1, 0)
    starting = max(sensor.starting - 1, 0)
    return sensor._replace(
        late=late,
        names=sensor.names if late or not sensor.late else sensor.runs,
        starting=starting,
        status=3 if sensor.starting and not starting else sensor.status,
        fresh=max(sensor.fresh - 1, 0),
    )


def _pending(sensor: Sensor) -> Iterator[Choice]:
    waiting = sensor._replace(since=sensor.since - 1)
    if not waiting.since:
        waiting = waiting._replace(work=NONE, mood=SURE)
    start = sensor._replace(work=FLASH, mood=SURE, since=0, state=1, fresh=0)
    if sensor.mood == SURE:
        yield 0, start
        yield 1, waiting._replace(mood=SLOW) if waiting.since else waiting
    else:
        yield (1 if sensor.mood == MAYBE else 0), start
        yield 0, waiting


def _flash(world: World, sensor: Sensor) -> Iterator[Choice]:
    since = sensor.since + 1
    over = sensor._replace(mood=SURE, since=0, package=False)
    finished = over._replace(work=DONE, state=2)
    usual = since >= USUAL_FLASH
    if usual:
        yield 0, finished
        yield 1, finished._replace(names=NEW)
    yield 1, over._replace(work=NONE, state=0, names=sensor.runs)
    yield 1, over._replace(work=NONE, state=3, names=sensor.runs)
    yield from _reboot(world, sensor, NEW, 1)
    yield from _reboot(world, sensor, sensor.runs, 1)
    if since < world.bounds.flash:
        slow = usual and sensor.mood == SURE
        yield (1 if slow else 0), sensor._replace(since=since, mood=SLOW if slow else sensor.mood)
        yield 1, sensor._replace(since=since, names=NEW, mood=SLOW)


def _done(world: World, sensor: Sensor) -> Iterator[Choice]:
    since = sensor.since + 1
    yield from _reboot(world, sensor, NEW, 0)
    yield from _reboot(world, sensor, OLD, 1)
    if sensor.hidden and sensor.names == NEW:
        if since < world.bounds.boot:
            yield (0 if sensor.mood == SLOW else 1), sensor._replace(since=since, mood=SLOW)
        return
    if since < world.bounds.reboot:
        yield (0 if sensor.mood == SLOW else 1), sensor._replace(since=since, mood=SLOW)
        if sensor.names == OLD:
            yield 1, sensor._replace(since=since, names=NEW, mood=SLOW)
    elif not sensor.boots:
        yield (0 if sensor.mood == SLOW else 1), sensor._replace(work=NONE, since=0, mood=SURE)


def _of_the_boot(world: World, sensor: Sensor, fresh: int) -> Iterator[Choice]:
    """What a boot may bring in its train."""
    if sensor.boots < MAX_BOOTS:
        for firmware in {OLD, sensor.runs}:
            yield from _reboot(world, sensor._replace(fresh=fresh), firmware, 1)
    if sensor.stages and sensor.boots < MAX_BOOTS:
        yield 1, sensor._replace(work=FLASH, state=1, since=0, mood=SURE, fresh=0, stages=0)
    if sensor.status == 3:
        yield 1, sensor._replace(status=8)


def _reboot(world: World, sensor: Sensor, into: int, cost: int, *, power: bool = False) -> Iterator[Choice]:
    flashed = sensor.work in (FLASH, DONE) or sensor.fresh > 0
    going = sensor._replace(
        runs=into,
        names=into,
        late=0,
        state=0,
        work=NONE,
        mood=SURE,
        since=0,
        fresh=NEVER if (sensor.fresh and into == sensor.runs) or (power and sensor.work != DONE) else 0,
        stages=sensor.stages if flashed and not power else 0,
        boots=min(sensor.boots + 1, 4),
        counted=sensor.counted + (power or world.counts),
        status=3,
        starting=0,
        package=False,
    )
    yield cost, going._replace(down=USUAL_BOOT)
    if cost >= sensor.left:
        return
    yield cost + 1, going._replace(down=int(world.timing.reconnect_timeout) - 1)
    yield cost + 1, going._replace(down=NEVER)
    for more, there in _back(world, going):
        yield cost + 1 + more, there


def _back(world: World, sensor: Sensor) -> Iterator[Choice]:
    """It answers again."""
    bounds = world.bounds
    window = bounds.settle if world.right[sensor.runs] else bounds.boot
    back = sensor._replace(fresh=0 if sensor.fresh == NEVER else window)
    yield 0, back
    if not sensor.left:
        return
    yield 1, back._replace(status=1, starting=2)
    yield 1, back._replace(status=8)
    yield 1, back._replace(state=2)
    yield 1, back._replace(state=3)
    for bit in (NO_SERIAL, NO_STATUS, NO_POWER_ON, NO_FIRMWARE):
        yield 1, back._replace(lost=sensor.lost ^ bit)
    if sensor.runs == NEW and bounds.boot > 1:
        yield 1, back._replace(names=OLD, late=bounds.boot - 1)
    if sensor.stages and back.fresh:
        yield 1, back._replace(work=PENDING, mood=SLOW, since=back.fresh, stages=0)
