"""Gives new sensors the addresses of a list by AutoIP, one by one, and finishes each over REST.

Sensors out of the box share 192.168.0.1, so only the MAC address distinguishes them: each is asked by it,
and no other one takes the request. A sensor takes an address only while it allows that, by default for 60 s
after it was switched on: the others are asked again until the time is over. Finishing one takes longer than
that, so it goes on while the next are asked. What counts is the sensor's own REST answer at its new address.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.address.lan import Lan
from sicktui.engine.address.new_sensor import SEARCH, AutoIpOutcome, NewSensor, OnWords
from sicktui.engine.context import Context
from sicktui.engine.job.waiting import Deadline
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address_change import Where
from sicktui.model.network.commissioning import Entry, judge_commissioning

_AT_ONCE: Final = 8
"""Addresses that are looked at together before anything is asked."""
_LISTENED: Final = 6
"""Searches, at its end, for a sensor that was asked and may be on its way."""
OnDone = Callable[["Commissioned"], None]


class Commissioned(Struct, frozen=True, kw_only=True):
    """What became of one sensor of the list."""

    entry: Entry
    verdict: Verdict
    message: str
    advice: str = ""
    code: Code | None = None
    place: str = ""
    """Where it answers; empty if it does not."""
    serial: str | None = None
    mac: str | None = None
    sent: bool = False
    """Whether anything was sent that changes it."""


async def commission(
    context: Context,
    entries: Sequence[Entry],
    lan: Lan,
    *,
    wait: float,
    port: int = 80,
    on_words: OnWords,
    on_done: OnDone,
) -> list[Commissioned]:
    """Set up the sensors of a list. Trouble with one is part of its result, and holds no other one up.

    Args:
        context: the stores, settings and credentials.
        entries: the list, checked (``problems_of``).
        lan: the network around this PC.
        wait: seconds for which sensors are waited for that are off, or take no address yet.
        port: the TCP port of their REST API.
        on_words: called with what is being done.
        on_done: called when a sensor is done.
    """
    taken: dict[str, Entry] = {}
    sensors = [NewSensor(context, entry, lan, port, on_words=on_words, taken=taken) for entry in entries]
    done: list[Commissioned] = []

    def end(sensor: NewSensor) -> None:
        done.append(_result(sensor))
        on_done(done[-1])

    async def complete(sensor: NewSensor) -> None:
        await sensor.complete()
        end(sensor)

    there = await _prepare(sensors)
    waiting = [sensor for sensor in sensors if sensor not in there]
    async with asyncio.TaskGroup() as finishing:
        for sensor in there:
            finishing.create_task(complete(sensor))
        async for sensor, has_taken in _ask(waiting, lan, Deadline(context.clock, wait)):
            if has_taken:
                finishing.create_task(complete(sensor))
            else:
                end(sensor)
    return done


async def _ask(
    sensors: Sequence[NewSensor], lan: Lan, deadline: Deadline
) -> AsyncIterator[tuple[NewSensor, bool]]:
    """Ask the sensors in turn until the time is over. Yields each, and whether it has taken its address.

    One that was asked last and has not confirmed it may be on its way: it is listened for a little longer.
    """
    waiting, listened = list(sensors), Counter[NewSensor]()
    while waiting:
        over = deadline.over
        heard = await lan.search(SEARCH)
        for sensor in list(waiting):
            asked = await sensor.ask(heard, listening=listened[sensor] > 0)
            ends = over or asked is AutoIpOutcome.OVER or listened[sensor] > 0
            is_settled = not sensor.evidence.silent or listened[sensor] >= _LISTENED
            if asked is AutoIpOutcome.TAKEN or (ends and is_settled):
                waiting.remove(sensor)
                yield sensor, asked is AutoIpOutcome.TAKEN
            listened[sensor] += ends


async def _prepare(sensors: Sequence[NewSensor]) -> list[NewSensor]:
    """Look at every new address. Returns the sensors that have theirs already."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(sensor: NewSensor) -> bool:
        async with gate:
            return await sensor.prepare()

    found = await asyncio.gather(*(one(sensor) for sensor in sensors))
    return [sensor for sensor, there in zip(sensors, found, strict=True) if there]


def _result(sensor: NewSensor) -> Commissioned:
    """The verdict over what was sent to one sensor, and seen of it."""
    evidence, identity = sensor.evidence, sensor.identity
    judged = judge_commissioning(evidence)
    message = judged.message
    try:
        sensor.settle(done=judged.verdict is Verdict.SUCCEEDED)
    except SicktuiError as error:
        message = f"{message} {error.message}"
    return Commissioned(
        entry=sensor.entry,
        verdict=judged.verdict,
        message=message,
        advice=judged.advice,
        code=judged.code,
        place=sensor.place if evidence.where is Where.NEW else "",
        serial=identity.serial if identity else None,
        mac=identity.mac if identity else sensor.entry.mac,
        sent=bool(evidence.requests) or evidence.named is not None,
    )


__all__ = ["SEARCH", "Commissioned", "OnDone", "OnWords", "commission"]
