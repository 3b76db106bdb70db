"""A segment is kept apart by all runs of a home: what another run has away is away for this one, too."""

import pytest

from sicktui.model.enums import Code, Verdict
from sicktui.model.run.event import Acted
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.disk.locks import segment_lock
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting


async def test_a_sensor_does_not_start_while_another_run_has_one_of_its_segment(
    harness: EngineHarness,
) -> None:
    gate, dock = await harness.sensors(
        DeviceSpec(name="gate", version="2.3.0.0R"), DeviceSpec(name="dock", version="2.3.0.0R")
    )
    harness.profile("gate", gate, segment="line-2")
    harness.profile("dock", dock, segment="line-3")
    package = harness.package()

    async def verdicts() -> dict[str, tuple[Verdict, Code | None, str]]:
        await harness.plan(package, words=["gate", "dock"])
        spec = harness.spec(package)
        await harness.runner(spec).run()
        parts = harness.view(spec.run).devices
        reached = {name: part.verdict for name, part in parts.items() if part.verdict}
        return {name: (each.verdict, each.code, each.message) for name, each in reached.items()}

    with segment_lock(harness.context.home, "line-2", purpose="run 20261130-120000-abcd"):
        found = await verdicts()
        assert found["gate"][:2] == (Verdict.FAILED, Code.BUSY)
        assert "The segment line-2 is in use by" in found["gate"][2]
        assert "run 20261130-120000-abcd" in found["gate"][2]
        assert found["dock"][0] is Verdict.SUCCEEDED
        assert gate.firmware_version == "2.3.0.0R"
        assert not [request for request in gate.requests if request.method == "PUT"]
        stored = await harness.backup("gate")  # nothing is away while it is backed up
        assert stored.verdict is Verdict.SUCCEEDED
    assert (await verdicts())["gate"][0] is Verdict.SUCCEEDED
    assert not segment_lock(harness.context.home, "line-2").is_held()


async def test_what_a_lost_runner_has_begun_keeps_its_segment_until_it_is_resumed(
    harness: EngineHarness,
) -> None:
    gate, dock = await harness.sensors(
        DeviceSpec(name="gate", version="2.3.0.0R"), DeviceSpec(name="dock", version="2.3.0.0R")
    )
    harness.profile("gate", gate, segment="line-2")
    harness.profile("dock", dock, segment="line-2")
    package, journal = harness.package(), harness.context.journal
    await harness.plan(package, words=["dock"])
    before = harness.spec(package)
    await harness.plan(package, words=["gate"])
    lost = harness.spec(package)
    journal.create_run(lost, [])

    async def planned() -> tuple[bool, Code | None]:
        [item] = await harness.plan(package, words=["dock"])
        return item.may_go, item.reason

    assert await planned() == (True, None), "nothing was written to the gate"
    sent = Acted(ts=lost.created, run=lost.run, device="gate", act="put_update", phase="intended")
    journal.append(lost.run, [sent], durable=True)
    assert await planned() == (False, Code.BUSY)
    await harness.runner(before).run()
    refused = only_verdict(harness.view(before.run))
    assert (refused.verdict, refused.code) == (Verdict.FAILED, Code.BUSY)
    assert f"gate of the same segment (line-2) may be away: run {lost.run}" in refused.message
    assert f"sicktui runs resume {lost.run}" in refused.advice
    assert not [request for request in dock.requests if request.method == "PUT"]
    assert (await harness.backup("dock")).verdict is Verdict.SUCCEEDED
    await harness.runner(lost, resumed=True).run()
    assert await planned() == (True, None)
