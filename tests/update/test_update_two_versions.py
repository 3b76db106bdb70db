"""``--expect-version``, the package's name and the shelf may contradict: it warns, and the lowest refuses."""

import pytest
from msgspec import structs

from sicktui.model.enums import Action, Code
from sicktui.model.run.plan import PlanItem, UpdateOptions
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting

NEW_MOTOR = "26320003"


async def plan(
    harness: EngineHarness, named: str | None, expected: str | None, *, downgrade: bool = False
) -> PlanItem:
    package = harness.package(named or "2.3.0.0R")
    if named is None:
        package = structs.replace(package, version=None)
    options = UpdateOptions(expect_version=expected, allow_downgrade=downgrade)
    [item] = await harness.plan(package, options)
    return item


async def test_a_contradiction_is_a_warning(harness: EngineHarness) -> None:
    await harness.sensor(version="2.2.1.0R")
    item = await plan(harness, "2.4.0.0R", "2.3.3")
    assert item.action is Action.UPDATE
    [warning] = item.warnings
    assert "2.4.0.0R by its name" in warning
    assert "2.3.3 is expected" in warning
    assert warning in item.message


@pytest.mark.parametrize(
    ("named", "expected"), [("2.4.0.0R", "V2.4"), ("2.4.0.0R", None), (None, "2.4.0.0R")]
)
async def test_other_spellings_are_no_contradiction(
    harness: EngineHarness, named: str | None, expected: str | None
) -> None:
    await harness.sensor(version="2.2.1.0R")
    assert (await plan(harness, named, expected)).warnings == ()


@pytest.mark.parametrize(("named", "expected"), [("2.3.2.0R", "2.4.0"), ("2.4.0.0R", "2.3.2")])
async def test_the_lower_one_refuses_what_a_new_motor_cannot_run(
    harness: EngineHarness, named: str, expected: str
) -> None:
    await harness.sensor(version="2.3.3.0R", serial=NEW_MOTOR)
    item = await plan(harness, named, expected, downgrade=True)
    assert item.reason == Code.PACKAGE_UNSUITABLE, item.message
    assert "2.3.2" in item.message


@pytest.mark.parametrize(("named", "expected"), [("2.3.2.0R", "2.4.0"), ("2.4.0.0R", "2.3.2")])
async def test_the_lower_one_is_a_downgrade(harness: EngineHarness, named: str, expected: str) -> None:
    await harness.sensor(version="2.3.3.0R", generation="picoscan-2.3.3")
    item = await plan(harness, named, expected)
    assert item.reason == Code.DOWNGRADE, item.message
    assert "2.3.2" in item.message
    allowed = await plan(harness, named, expected, downgrade=True)
    assert allowed.action is Action.UPDATE
    assert allowed.against_vendor


async def test_what_the_shelf_records_of_a_renamed_file_counts_too(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.sensor(version="2.3.3.0R", generation="picoscan-2.3.3")
    monkeypatch.setattr(type(harness.context.shelf), "version_for", lambda _self, _sha256: "2.3.2.0R")
    item = await plan(harness, None, "2.4.0")
    assert item.reason == Code.DOWNGRADE, item.message
    assert "2.3.2.0R" in item.message
