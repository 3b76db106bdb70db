"""What a modelled sensor, and the network before it, answer to a look and to an act."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.update.observations import (
    Act,
    Ended,
    Garbled,
    Glimpsed,
    Looked,
    Outcome,
    Reading,
    Silent,
    Want,
)
from tests.exploration.sensor import (
    DONE,
    FLASH,
    GARBLED,
    MAYBE,
    NO_FIRMWARE,
    NO_POWER_ON,
    NO_SERIAL,
    NO_STATUS,
    NONE,
    PENDING,
    SILENT,
    SURE,
    Sensor,
    own,
)
from tests.exploration.world import CALIBRATION, IDENT_LENGTH, NEW, World

SIZE: Final = 1000
PART: Final = 400

Seen = tuple[Looked | Silent | Garbled, Sensor, int]
"""What a look finds, what the sensor is then, and the steps that it took."""
Felt = tuple[Ended, Sensor]
"""What comes of an act."""

_SILENT: Final = Silent(why="no answer")
_GARBLED: Final = Garbled(why="a web page")


@cache
def glimpse(world: World, sensor: Sensor) -> tuple[tuple[Glimpsed | Silent | Garbled, Sensor, int], ...]:
    """All that a look at its health alone can find."""
    found: list[tuple[Glimpsed | Silent | Garbled, Sensor, int]] = []
    for seen, one, took in look(world, sensor, frozenset({Want.STATUS})):
        if isinstance(seen, Looked):
            found.append((Glimpsed(status=seen.reading.status, took=seen.took), one, took))
        else:
            found.append((seen, one, took))
    return tuple(found)


@cache
def look(
    world: World, sensor: Sensor, wants: frozenset[Want], at_two: frozenset[Want] = frozenset()
) -> tuple[Seen, ...]:
    """All that a look can find. A reply may be lost, be garbled, or be a step late: each a surprise."""
    silent = sensor.down or (sensor.net and sensor.trouble == SILENT)
    if silent:
        return ((_SILENT, sensor, 0),)
    if sensor.net and sensor.trouble == GARBLED:
        return ((_GARBLED, sensor, 0),)
    if not sensor.stranger and sensor.state == UpdateState.FINISHED:
        wants |= at_two
    seen = Looked(reading=_reading(world, sensor, wants), wants=wants)
    answers: list[Seen] = [(seen, sensor, 0)]
    if sensor.left:
        less = sensor._replace(left=sensor.left - 1)
        hidden = less._replace(hidden=less.hidden or less.work in (FLASH, DONE))
        answers += [(_SILENT, hidden, 0), (_GARBLED, less, 0)]
        late = Looked(reading=seen.reading, wants=wants, took=1)
        answers += [(late, later, 1) for cost, later in own(world, less) if cost <= less.left]
    return tuple(answers)


def _reading(world: World, sensor: Sensor, wants: frozenset[Want]) -> Reading:
    if sensor.stranger:
        return Reading(
            state=UpdateState.INITIAL,
            # Without serial number and MAC address a sensor is known by its name.
            name="picoScan" if world.serial or world.mac else "multiScan",
            version=world.new[:IDENT_LENGTH],
            serial="02419999" if world.serial and Want.IDENTITY in wants else None,
            mac="00:06:77:99:99:99" if world.mac and Want.IDENTITY in wants else None,
        )
    offers, lost = world.offers, sensor.lost
    has_serial = world.serial != bool(lost & NO_SERIAL)
    named = world.text(sensor.names)
    return Reading(
        state=UpdateState(sensor.state),
        name="picoScan",
        version=named[:IDENT_LENGTH],
        serial="2410001" if has_serial and Want.IDENTITY in wants else None,
        mac="00:06:77:00:00:01" if world.mac and Want.IDENTITY in wants else None,
        status=DeviceStatus(sensor.status) if _has(Want.STATUS, offers, lost & NO_STATUS, wants) else None,
        firmware=named if _has(Want.FIRMWARE, offers, lost & NO_FIRMWARE, wants) else None,
        power_on=10 + sensor.counted if _has(Want.POWER_ON, offers, lost & NO_POWER_ON, wants) else None,
        hours=(1.0 if sensor.boots else 50.0) if _has(Want.HOURS, offers, 0, wants) else None,
        clock=(60.0 if sensor.boots else 1.0e9) if _has(Want.CLOCK, offers, 0, wants) else None,
        checksum=("new" if sensor.names == NEW else "old") if _has(Want.CHECKSUM, offers, 0, wants) else None,
        calibration=_calibration(world, sensor) if _has(Want.CHECKSUM, offers, 0, wants) else None,
        sums_ok=not (world.moves and sensor.boots) if _has(Want.CHECKSUM, offers, 0, wants) else None,
    )


def _calibration(world: World, sensor: Sensor) -> str:
    return "moved" if world.moves and sensor.boots else CALIBRATION


def _has(want: Want, offers: frozenset[Want], toggled: int, wants: frozenset[Want]) -> bool:
    return want in wants and (want in offers) != bool(toggled)


def put(world: World, sensor: Sensor) -> Iterator[Felt]:
    """All that can come of a PUT."""
    taken = sensor._replace(felt=True, package=True, work=PENDING, mood=MAYBE, since=world.bounds.put)
    if world.bounds.put == 0:
        taken = taken._replace(work=NONE)
    ignored = sensor._replace(felt=True)
    if sensor.down or (sensor.net and sensor.trouble == SILENT):
        yield _ended(Act.PUT, Outcome.NONE, 0), sensor
        return
    if sensor.net:
        yield _ended(Act.PUT, Outcome.ODD, SIZE), ignored
        yield _ended(Act.PUT, Outcome.ODD, SIZE), taken
        return
    yield _ended(Act.PUT, Outcome.TAKEN, SIZE), taken
    for cost, outcome, sent, became in (
        (1, Outcome.TAKEN, SIZE, ignored),
        (1, Outcome.NONE, 0, sensor),
        (1, Outcome.OPEN, PART, ignored),
        (1, Outcome.OPEN, SIZE, taken),
        (1, Outcome.OPEN, SIZE, ignored),
        (1, Outcome.NO_TOKEN, 0, sensor),
        (1, Outcome.NO_TOKEN, PART, ignored),
        (1, Outcome.NO_TOKEN, SIZE, taken),
        (1, Outcome.REFUSED, 0, sensor),
        (1, Outcome.REFUSED, SIZE, taken),
        (1, Outcome.REFUSED, SIZE, ignored),
        (1, Outcome.ODD, SIZE, taken),
        (1, Outcome.ODD, PART, ignored),
    ):
        if cost <= sensor.left:
            yield _ended(Act.PUT, outcome, sent), became._replace(left=sensor.left - cost)


def trigger(world: World, sensor: Sensor, path: int) -> Iterator[Felt]:
    """All that can come of RunFirmwareUpdate."""
    if sensor.down or (sensor.net and sensor.trouble == SILENT):
        yield _ended(Act.TRIGGER, Outcome.OPEN), sensor._replace(felt=True)
        return
    if path >= len(world.absent) or world.absent[path]:
        yield _ended(Act.TRIGGER, Outcome.ABSENT), sensor
        return
    ignored = sensor._replace(felt=True)
    starts = ignored._replace(work=PENDING, mood=SURE, since=world.bounds.trigger)
    if not sensor.package:
        starts = ignored
    if sensor.net:
        yield _ended(Act.TRIGGER, Outcome.ODD), starts
        return
    yield _ended(Act.TRIGGER, Outcome.TAKEN), starts
    for outcome, became in (
        (Outcome.TAKEN, ignored),
        (Outcome.OPEN, starts),
        (Outcome.OPEN, ignored),
        (Outcome.REFUSED, starts),
        (Outcome.REFUSED, ignored),
        (Outcome.ODD, starts),
        (Outcome.ODD, ignored),
    ):
        if sensor.left:
            yield _ended(Act.TRIGGER, outcome), became._replace(left=sensor.left - 1)


@cache
def _ended(act: Act, outcome: Outcome, sent: int = 0) -> Ended:
    said = outcome in (Outcome.REFUSED, Outcome.ODD, Outcome.NO_TOKEN)
    return Ended(
        act=act,
        outcome=outcome,
        sent=sent,
        whole=sent == SIZE,
        code="device_error" if said else "",
        why="The sensor refused it." if said else "No reply.",
    )
