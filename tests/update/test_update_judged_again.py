"""What the plan has judged is judged again right before the write, by the same function."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.enums import Code, Verdict
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import UpdateOptions, word_to_type
from sicktui.simulator.fleet.fleet import Device
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

Change = Callable[[EngineHarness, Device, Package], Awaitable[None]]


async def newer(_harness: EngineHarness, device: Device, _package: Package) -> None:
    device.firmware_version = "2.9.9.0R"


async def current(_harness: EngineHarness, device: Device, _package: Package) -> None:
    device.firmware_version = "2.9.0.0R"


async def older(_harness: EngineHarness, device: Device, _package: Package) -> None:
    device.firmware_version = "2.1.0.0R"  # takes unsigned packages only


async def for_another(harness: EngineHarness, _device: Device, package: Package) -> None:
    harness.context.shelf.approve(package.sha256, ["LRS4581"])


async def unapproved(harness: EngineHarness, _device: Device, package: Package) -> None:
    harness.context.shelf.remove(package.sha256)


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [
        (newer, Verdict.FAILED, Code.DOWNGRADE),
        (current, Verdict.SKIPPED, Code.ALREADY_CURRENT),
        (older, Verdict.FAILED, Code.PACKAGE_UNSUITABLE),
        (for_another, Verdict.FAILED, Code.MODEL_MISMATCH),
        (unapproved, Verdict.FAILED, Code.NOT_APPROVED),
    ],
)
async def test_what_changes_after_the_plan_is_judged_before_the_write(
    harness: EngineHarness, change: Change, verdict: Verdict, code: Code
) -> None:
    device = await harness.sensor(version="2.3.0.0R")
    package = harness.package("2.9.0.0R")
    harness.context.shelf.approve(harness.context.shelf.add(Path(package.path)).sha256)
    limits = structs.replace(harness.context.settings.limits, require_approval=True)
    harness.context.settings = structs.replace(harness.context.settings, limits=limits)
    ended = only_verdict(await harness.update(package, between=lambda: change(harness, device, package)))
    assert (ended.verdict, ended.code) == (verdict, code), ended
    assert {request.method for request in device.requests} <= {"GET", "POST"}
    assert not any("Update" in request.endpoint for request in device.requests if request.method != "GET")


async def test_what_must_be_typed(harness: EngineHarness) -> None:
    await harness.sensor(version="2.9.0.0R")
    package = harness.package("2.3.0.0R")
    options = UpdateOptions(allow_downgrade=True, allow_unapproved=True)
    assert word_to_type(await harness.plan(package, options)) == "downgrade"
    limits = structs.replace(harness.context.settings.limits, require_approval=True)
    harness.context.settings = structs.replace(harness.context.settings, limits=limits)
    assert word_to_type(await harness.plan(package, options)) == "unapproved downgrade"
    harness.context.shelf.approve(harness.context.shelf.add(Path(package.path)).sha256)
    assert word_to_type(await harness.plan(package, options)) == "downgrade"
    assert word_to_type(await harness.plan(harness.package("2.9.9.0R"), options)) == "unapproved"
