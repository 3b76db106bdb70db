"""A pin of a profile: an update of many devices leaves its version, one of the device alone may change it."""

import pytest
from msgspec import structs

from sicktui.engine.targets import choose
from sicktui.engine.update.rules import judge_pin
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Action, Code, Verdict
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Settings, Timing
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.config.devices import DeviceList
from tests.support.engine_harness import EngineHarness

TARGET = Target(
    device="gate",
    address="10.0.0.1",
    user="Service",
    auth="auto",
    scheme="http",
    timing=Timing(),
    pin="2.3.0.0R",
)


@pytest.mark.parametrize(
    ("pin", "expected", "bulk", "skipped"),
    [
        ("2.3.0.0R", "2.4.0.0R", True, True),
        ("2.3.0.0R", None, True, True),
        ("2.4.0.0R", "2.4.0.0R", True, False),
        ("V2.4.0", "2.4.0.0", True, False),
        ("2.3.0.0R", "2.4.0.0R", False, False),
        (None, "2.4.0.0R", True, False),
    ],
)
def test_whom_a_pin_leaves_out(pin: str | None, expected: str | None, bulk: bool, skipped: bool) -> None:
    refusal = judge_pin(structs.replace(TARGET, pin=pin), expected, bulk=bulk)
    assert (refusal is not None) is skipped
    assert refusal is None or (refusal.action, refusal.code) == (Action.SKIP, Code.PINNED)


@pytest.mark.parametrize(
    ("word", "listed"),
    [
        ("10.0.0.1", True),
        ("10.0.0.1:80", True),
        ("GATE.example.", True),
        ("localhost:8001", True),
        ("10.0.0.1:8080", False),
        ("10.0.0.2", False),
    ],
)
def test_pin_and_segment_hold_for_a_sensor_that_is_named_by_its_address(word: str, listed: bool) -> None:
    profiles = [
        Profile(name=f"gate-{number}", address=address, segment="line-2", pin="2.3.0.0R")
        for number, address in enumerate(("10.0.0.1", "gate.example", "127.0.0.1:8001"))
    ]
    [target] = choose([word], DeviceList(profiles={each.name: each for each in profiles}), Settings())
    assert (target.device, target.ad_hoc) == (word, True)
    assert (target.segment, target.pin) == (("line-2", "2.3.0.0R") if listed else (None, None))


@pytest.mark.skips_waiting
async def test_many_are_updated_and_the_pinned_one_is_left(harness: EngineHarness) -> None:
    gate, dock = await harness.sensors(
        DeviceSpec(name="gate", version="2.3.0.0R"), DeviceSpec(name="dock", version="2.3.0.0R")
    )
    harness.profile("gate", gate, pin="2.3.0.0R")
    harness.profile("dock", dock)
    package = harness.package()
    [one] = await harness.plan(package, words=["gate"])
    assert one.may_go
    [tagged] = await harness.plan(package, UpdateOptions(bulk=True), words=["gate"])
    assert tagged.reason is Code.PINNED
    await harness.plan(package, words=["gate", "dock"])
    spec = harness.spec(package)
    await harness.runner(spec).run()
    view = harness.view(spec.run)
    verdicts = {name: part.verdict.verdict for name, part in view.devices.items() if part.verdict}
    assert verdicts == {"gate": Verdict.SKIPPED, "dock": Verdict.SUCCEEDED}
    assert gate.firmware_version == "2.3.0.0R"
    assert view.summary is not None
    assert view.summary.exit_code == ExitCode.OK
