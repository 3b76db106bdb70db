"""The distance between check-ins, whatever process and clock; the rate limit; a check for 200 sensors."""

import asyncio
import contextlib
import dataclasses
import itertools
import json
from pathlib import Path

import pytest

from sicktui.model.firmware.offer import OfferState
from sicktui.sources.pace import APART, CheckInPace
from sicktui.sources.source import SourceError
from tests.sources.kit import Plant, home_in, own_locks, source_on, subject
from tests.support.clocks import clock_of_the_loop
from tests.thinx_server.application import Application
from tests.thinx_server.generations import JUNE_2026, OCTOBER_2026, Fault
from tests.thinx_server.server import serving


def pace_in(folder: Path, *, server: str = "thinx.example:7443") -> CheckInPace:
    return CheckInPace(own_locks(home_in(folder)), server, clock_of_the_loop())


@pytest.mark.skips_waiting
async def test_two_processes_keep_their_check_ins_apart(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    moments: list[tuple[float, float]] = []

    async def one(pace: CheckInPace) -> None:
        for _ in range(3):
            async with pace.turn():
                begun = loop.time()
                await asyncio.sleep(0.7)
                moments.append((begun, loop.time()))

    await asyncio.gather(one(pace_in(tmp_path)), one(pace_in(tmp_path)))
    moments.sort()
    assert len(moments) == 6
    for (_, ended), (begun, _) in itertools.pairwise(moments):
        assert begun - ended >= APART - 0.01


@pytest.mark.skips_waiting
@pytest.mark.parametrize("last", [-1e12, -1.0, 0.0, 1e12, float(2**60)])
async def test_a_clock_that_jumps_delays_a_check_in_by_no_more_than_one_distance(
    tmp_path: Path, last: float
) -> None:
    pace = pace_in(tmp_path)
    async with pace.turn():
        pass
    now = pace._now()
    pace._moments.write_text(json.dumps({"last": now + last, "until": now + last}))
    loop = asyncio.get_running_loop()
    before = loop.time()
    with contextlib.suppress(SourceError):  # a rate limit of an hour ends the check
        async with pace.turn():
            pass
    assert loop.time() - before <= APART + 0.01


@pytest.mark.skips_waiting
async def test_a_damaged_record_of_moments_is_begun_anew(tmp_path: Path) -> None:
    pace = pace_in(tmp_path)
    async with pace.turn():
        pass
    pace._moments.write_bytes(b"\xff{")
    async with pace.turn():
        pass
    assert json.loads(pace._moments.read_bytes())["last"] > 0


@pytest.mark.skips_waiting
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": "45"}, 45),
        ({"retry-after": "7"}, 7),
        ({}, 60),
        ({"ratelimit-reset": "nan"}, 60),
        ({"ratelimit-reset": "-5"}, 1),
        ({"ratelimit-reset": "soon"}, 60),
    ],
)
async def test_the_rate_limit_is_waited_for(tmp_path: Path, headers: dict[str, str], seconds: float) -> None:
    pace, loop = pace_in(tmp_path), asyncio.get_running_loop()
    async with pace.turn():
        pace.note(429, headers)
    before = loop.time()
    await pace.free()
    assert loop.time() - before == pytest.approx(seconds, abs=0.1)


@pytest.mark.skips_waiting
async def test_a_rate_limit_of_minutes_ends_the_check_in_words(tmp_path: Path) -> None:
    pace = pace_in(tmp_path)
    async with pace.turn():
        pace.note(429, {"ratelimit-reset": "3000"})
    with pytest.raises(SourceError, match="is used up for another") as caught:
        await pace.free()
    assert caught.value.everywhere


@pytest.mark.skips_waiting
async def test_200_sensors_take_as_long_as_the_distance_makes_it(
    tmp_path: Path,
) -> None:
    clock = clock_of_the_loop()
    application = Application(JUNE_2026, now=lambda: clock.now().timestamp())
    async with serving(application) as server:
        source = source_on(server.url, application, own_locks(home_in(tmp_path)), clock=clock)
        one, loop = Plant(application, source, tmp_path), asyncio.get_running_loop()
        before = loop.time()
        offers = await one.check(*(subject(number) for number in range(200)))
        took = loop.time() - before
        await source.aclose()
    assert {offer.state for offer in offers} == {OfferState.CURRENT}
    assert took < 200 * (APART + 0.1)
    assert application.record.broken == []


@pytest.mark.skips_waiting
async def test_429_is_obeyed_for_every_kind_of_request(tmp_path: Path) -> None:
    clock = clock_of_the_loop()
    generation = OCTOBER_2026.plus(Fault.RATE_LIMIT)
    application = Application(
        dataclasses.replace(generation, requests_a_minute=3), now=lambda: clock.now().timestamp()
    )
    async with serving(application) as server:
        source = source_on(server.url, application, own_locks(home_in(tmp_path)), clock=clock)
        one = Plant(application, source, tmp_path)
        offers = await one.check(*(subject(number) for number in range(10)))
        await source.aclose()
    assert {offer.state for offer in offers} == {OfferState.CURRENT}
    assert application.record.broken == []
    assert 429 not in application.record.statuses


@pytest.mark.skips_waiting
async def test_a_limit_from_the_far_future_is_cut_to_the_longest_that_a_server_imposes(
    tmp_path: Path,
) -> None:
    pace = pace_in(tmp_path)
    async with pace.turn():
        pass
    file = next(pace._folder.glob("sicktui-source-*.json"))
    file.write_text(json.dumps({"last": 0.0, "until": pace._now() + 30 * 86400}))
    with pytest.raises(SourceError, match="another 3600 s"):
        await pace.free()
    await asyncio.sleep(3500)
    await pace.free()
