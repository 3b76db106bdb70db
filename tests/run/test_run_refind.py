"""A sensor that comes back from a reboot at another address is followed there, and no other one is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from msgspec import structs

from sicktui.engine.job.record import JobRecord
from sicktui.engine.job.refind import Refinder, Seen
from sicktui.model.device import Identity, Profile, Target, resolve
from sicktui.model.enums import Code, Level, Verdict
from sicktui.model.run.event import Logged
from sicktui.model.search.refind import may_refind
from sicktui.model.settings import DeviceDefaults, DiscoverySettings, Timing
from sicktui.sensor.client import Sensor
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.discovery.kit import LOOPBACK_BROADCAST, Responder, free_udp_port, reply, xml
from tests.support.clocks import ManualClock
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict
from tests.support.waiting import eventually

SERIAL = "25420067"
DHCP: dict[str, object] = {"EtherAddressingMode": 1}
MOVES = DeviceSpec(
    name="gate",
    serial=SERIAL,
    version="2.3.0.0R",
    parameters=DHCP,
    dhcp_address="127.0.0.1",
    address_after_reboot="127.0.0.77",
    flash_seconds=5,
    reboot_seconds=20,
    latency=0,
)
STAYS = DeviceSpec(name="other", serial="11111111", version="2.4.0.0R", latency=0)


@asynccontextmanager
async def network(harness: EngineHarness, *specs: DeviceSpec, refind: str = "on") -> AsyncIterator[Fleet]:
    """Sensors that hear searches, and settings that look for one that has left. The first one may leave."""
    port = free_udp_port()

    def answers(request: bytes) -> list[bytes]:
        [gate, *_] = fleet.devices
        if not gate.port.is_open:
            return []
        contents = xml(host=gate.addressing.host, mac=gate.mac, serial=gate.serial)
        return [reply(request, contents, mac=gate.mac)]

    async with (
        Fleet(list(specs), time_scale=20) as fleet,
        Responder(answers, host=LOOPBACK_BROADCAST, port=port),
    ):
        harness.fleets.append(fleet)
        harness.settings(reconnect_timeout=12.0, reconnect_interval=0.2, settle=0.2)
        discovery = DiscoverySettings(port=port, refind=refind)  # type: ignore[arg-type]
        harness.context.settings = structs.replace(harness.context.settings, discovery=discovery)
        yield fleet


def logged(harness: EngineHarness, run: str) -> str:
    return "\n".join(event.message for event in harness.events(run) if isinstance(event, Logged))


async def test_an_update_that_ends_at_another_address_succeeds_there(harness: EngineHarness) -> None:
    async with network(harness, MOVES, STAYS) as fleet:
        gate, other = fleet.devices
        before = gate.address
        asked = len(other.requests)
        harness.profile("gate", gate, note="kept")
        await harness.plan(harness.package(), words=["gate"])
        spec = harness.spec(harness.package())
        await harness.runner(spec).run()
        verdict = only_verdict(harness.view(spec.run))
        assert verdict.verdict is Verdict.SUCCEEDED, (verdict.message, logged(harness, spec.run))
        assert gate.address != before
        assert f"It answers at {gate.address} now; before, it was at {before}." in verdict.message
        followed = f"The profile gate now has {gate.address}."
        assert followed in verdict.message
        assert followed in logged(harness, spec.run)
        assert verdict.advice == ""
        profile = harness.context.devices().profiles["gate"]
        assert profile == Profile(name="gate", address=gate.address, note="kept")
        assert verdict.serial == SERIAL
        assert f"The sensor answers at {gate.address} now, not at {before}" in logged(harness, spec.run)
        assert {request.method for request in other.requests[asked:]} <= {"GET"}
    assert harness.violations() == []


async def test_another_sensor_at_its_old_address_is_not_taken_for_it(harness: EngineHarness) -> None:
    async with network(harness, MOVES) as fleet:
        [gate] = fleet.devices
        before = gate.address
        taker = DeviceSpec(
            name="taker", serial="99999999", version="2.4.0.0R", port=int(before.rpartition(":")[2])
        )
        async with asyncio.TaskGroup() as group:
            await harness.plan(harness.package(), words=[before])
            spec = harness.spec(harness.package())
            run = group.create_task(harness.runner(spec).run())
            await eventually(lambda: gate.addressing.host != "127.0.0.1")
            async with Fleet([taker], time_scale=20) as other:
                await run
                assert {request.method for request in other.devices[0].requests} <= {"GET"}
        verdict = only_verdict(harness.view(spec.run))
        assert verdict.verdict is Verdict.SUCCEEDED, (verdict.message, logged(harness, spec.run))
        assert f"It answers at {gate.address} now" in verdict.message


async def test_a_restore_that_ends_at_another_address_is_verified_there(harness: EngineHarness) -> None:
    restarts = structs.replace(MOVES, faults=(Fault(name="restore_reboots"),))
    async with network(harness, restarts, STAYS) as fleet:
        gate, other = fleet.devices
        before = gate.address
        record = await harness.backed_up(gate)
        gate.parameters.write("ScanDataFormat", 4)
        gate.parameters.save()
        verdict = await harness.restore(before, record.id)
        assert gate.address != before
        assert verdict.verdict is Verdict.SUCCEEDED, (verdict.message, logged(harness, str(verdict.run)))
        assert f"It answers at {gate.address} now; before, it was at {before}." in verdict.message
        assert harness.context.devices().profiles == {}
        assert "PUT" not in {request.method for request in other.requests}


@pytest.mark.parametrize(("refind", "words"), [("auto", ""), ("off", ""), ("on", "not found elsewhere")])
async def test_a_sensor_that_is_gone_stays_unknown(harness: EngineHarness, refind: str, words: str) -> None:
    gone = structs.replace(MOVES, address_after_reboot=None, faults=(Fault(name="no_return"),))
    async with network(harness, gone, STAYS, refind=refind) as fleet:
        harness.settings(reconnect_timeout=5.0)
        await harness.plan(harness.package(), words=[fleet.devices[0].address])
        spec = harness.spec(harness.package())
        await harness.runner(spec).run()
        verdict = only_verdict(harness.view(spec.run))
        assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.NO_RETURN), verdict.message
        assert words in verdict.message
        assert bool(words) == ("elsewhere" in verdict.message)


@pytest.mark.parametrize(
    ("address", "setting", "ad_hoc", "expected"),
    [
        ("192.168.0.1", "auto", False, True),
        ("192.168.0.1:8080", "auto", False, True),
        ("192.168.0.1", "auto", True, False),
        ("127.0.0.1:8080", "auto", False, False),
        ("127.9.9.9", "auto", False, False),
        ("gate.plant", "auto", False, False),
        ("[fe80::1]", "auto", False, False),
        ("127.0.0.1", "on", True, True),
        ("192.168.0.1", "off", False, False),
    ],
)
def test_where_sensors_are_looked_for(address: str, setting: str, *, ad_hoc: bool, expected: bool) -> None:
    target = resolve(Profile(name="x", address=address), DeviceDefaults(), Timing(), ad_hoc=ad_hoc)
    settings = DiscoverySettings(refind=setting)  # type: ignore[arg-type]
    assert may_refind(settings, target) is expected


# -- without a network -----------------------------------------------------------------------------

WHO = Identity(name="picoScan", version="2.3.0.0R", serial=SERIAL)
TARGET = Target(
    device="gate", address="10.0.0.1", user="Service", auth="auto", scheme="http", timing=Timing()
)


class FakeSensor:
    """Notes where it was moved to."""

    def __init__(self) -> None:
        self.moves: list[str] = []

    async def move(self, address: str) -> None:
        self.moves.append(address)


class FakeRecord:
    """Notes what was logged."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def log(self, _: Level, message: str) -> None:
        self.lines.append(message)


class FakeFinder:
    """Finds a sensor at a place from a turn on."""

    def __init__(self, clock: ManualClock, place: str | None = None, *, turn: int = 1) -> None:
        self.turns: list[bool] = []
        self._clock = clock
        self._place = place
        self._turn = turn
        self.error: Exception | None = None

    def covers(self, target: Target) -> bool:
        return target.address.startswith("10.")

    async def find(self, target: Target, identity: Identity, *, sweep: bool) -> str | None:
        assert identity == WHO
        self.turns.append(sweep)
        await self._clock.sleep(8)
        if self.error is not None:
            raise self.error
        return self._place if len(self.turns) >= self._turn else None


class Bench:
    """A refinder with all its parts."""

    def __init__(self, place: str | None = None, *, turn: int = 1) -> None:
        self.clock = ManualClock()
        self.sensor = FakeSensor()
        self.record = FakeRecord()
        self.finder = FakeFinder(self.clock, place, turn=turn)
        self.refinder = Refinder(
            self.finder, TARGET, cast("Sensor", self.sensor), cast("JobRecord", self.record), self.clock
        )

    @property
    def moved_to(self) -> str:
        moved = self.refinder.moved
        return moved.place if moved is not None and moved.identity == WHO else ""

    async def watch(self, answers: Callable[[], Seen], *, times: int = 1, identity: Identity = WHO) -> Seen:
        seen = Seen.NOTHING
        for _ in range(times):

            async def look() -> Seen:
                return answers()

            seen = await self.refinder.watch(identity, look, lambda found: found)
            await self.clock.sleep(5)
            for _ in range(20):
                await asyncio.sleep(0)
        return seen


async def test_a_short_silence_starts_no_search() -> None:
    bench = Bench("10.0.0.9")
    await bench.watch(lambda: Seen.NOTHING, times=3)
    await bench.watch(lambda: Seen.SENSOR)
    assert bench.finder.turns == []
    assert (bench.refinder.words, bench.moved_to) == ("", "")


async def test_a_long_silence_does_and_the_sensor_is_followed_once() -> None:
    bench = Bench("10.0.0.9")
    moved = bench.sensor.moves
    seen = await bench.watch(lambda: Seen.SENSOR if moved else Seen.NOTHING, times=12)
    assert seen is Seen.SENSOR
    assert moved == ["10.0.0.9"]
    assert bench.refinder.words == " It answers at 10.0.0.9 now; before, it was at 10.0.0.1."
    assert bench.moved_to == "10.0.0.9"
    await bench.watch(lambda: Seen.NOTHING)
    assert bench.moved_to == "10.0.0.9", "silence proves nothing"
    await bench.watch(lambda: Seen.STRANGER)
    assert bench.moved_to == ""
    await bench.refinder.aclose()


async def test_the_subnet_is_swept_late_only_and_the_search_ends_with_the_deadline() -> None:
    bench = Bench()
    await bench.watch(lambda: Seen.NOTHING, times=100)
    assert not any(bench.finder.turns[:15])
    assert any(bench.finder.turns)
    assert bench.clock.elapsed >= TARGET.timing.reconnect_timeout
    assert bench.refinder.words == " It was not found elsewhere in the subnets of this PC."
    await bench.refinder.aclose()


async def test_a_sensor_that_is_back_ends_the_search() -> None:
    bench = Bench("10.0.0.9", turn=99)
    await bench.watch(lambda: Seen.NOTHING, times=6)
    turns = len(bench.finder.turns)
    assert turns
    await bench.watch(lambda: Seen.SENSOR, times=10)
    assert len(bench.finder.turns) <= turns + 1
    assert bench.sensor.moves == []
    assert bench.refinder.words == ""


async def test_a_stranger_is_no_verdict_before_the_network_was_searched() -> None:
    bench = Bench("10.0.0.9", turn=3)
    seen = await bench.watch(lambda: Seen.SENSOR if bench.sensor.moves else Seen.STRANGER)
    assert seen is Seen.SENSOR
    assert "Another sensor answers at 10.0.0.1: looking for serial 25420067" in bench.record.lines[0]
    none = Bench()
    assert await none.watch(lambda: Seen.STRANGER) is Seen.STRANGER
    assert none.sensor.moves == []


async def test_found_at_its_old_address_is_not_moved() -> None:
    bench = Bench(TARGET.address)
    await bench.watch(lambda: Seen.NOTHING, times=12)
    assert bench.sensor.moves == []
    await bench.refinder.aclose()


async def test_a_network_that_cannot_be_searched_breaks_nothing() -> None:
    bench = Bench()
    bench.finder.error = OSError("no such device")
    assert await bench.watch(lambda: Seen.NOTHING, times=20) is Seen.NOTHING
    assert len(bench.finder.turns) > 1
    await bench.refinder.aclose()


async def test_a_sensor_without_a_key_is_not_looked_for() -> None:
    bench = Bench("10.0.0.9")
    bare = Identity(name="picoScan", version="2.3.0.0R")
    await bench.watch(lambda: Seen.NOTHING, times=20, identity=bare)
    assert bench.finder.turns == []
