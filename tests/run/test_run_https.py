"""Everything that a run does, over HTTPS: the same verdicts, and not one request over plain HTTP.

In real time: a handshake is several messages, and a loop that skips the waiting may take one that a busy
machine delivers late for one that never comes.
"""

from typing import Any

import pytest

from sicktui.engine.parameters.write import find_me, write_parameter
from sicktui.model.device import Profile
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.plan import UpdateOptions
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from sicktui.stores.config.devices import save_devices
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict


async def encrypted(harness: EngineHarness, *faults: Fault, **spec: Any) -> Device:
    """A sensor with HTTPS, in the list as ``gate``, whose plain port records what comes to it."""
    harness.settings(request_timeout=15.0, reconnect_timeout=30.0, flash_timeout=30.0, backup_timeout=15.0)
    device = await harness.sensor(version="2.3.0.0R", https=True, faults=faults, **spec)
    save(harness, device)
    return device


def save(harness: EngineHarness, device: Device, *, pin: str | None = None) -> None:
    assert device.https.bundle is not None
    gate = Profile(
        name="gate",
        address=device.https.address or "",
        scheme="https",
        fingerprint=pin or device.https.bundle.fingerprint,
    )
    devices = harness.context.devices()
    devices = devices.replace("gate", gate) if "gate" in devices.profiles else devices.add(gate)
    save_devices(harness.context.home.devices_file, devices)


@pytest.mark.parametrize("generation", ["firmware-article", "auth-article", "picoscan-2.3.3"])
async def test_an_update_with_its_backup(harness: EngineHarness, generation: str) -> None:
    device = await encrypted(harness, generation=generation)
    plain = device.port.accepted
    [item] = await harness.plan(harness.package(), words=["gate"])
    assert not [text for text in item.warnings if "clear text" in text], "it is encrypted"
    spec = harness.spec(harness.package())
    await harness.runner(spec).run()
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.firmware_version == "2.4.0.0R"
    assert isinstance(verdict.backup, str)
    assert device.port.accepted == plain, "something went over plain HTTP"


async def test_a_backup_and_its_restore(harness: EngineHarness) -> None:
    device = await encrypted(harness)
    target = harness.target("gate")
    await write_parameter(harness.context, target, "LocationName", "as it was", persist=True)
    backup = await harness.backed_up("gate")
    await write_parameter(harness.context, target, "LocationName", "changed", persist=True)
    await find_me(harness.context, target, 3)
    verdict = await harness.restore("gate", backup.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.parameters.current["LocationName"] == "as it was"
    assert device.port.accepted == 0


async def test_an_upload_that_is_refused_in_its_middle(harness: EngineHarness) -> None:
    """The sensor's 401 is seen although it hangs up, and a new token ends the matter."""
    device = await encrypted(harness, Fault(name="upload_early_401"), link_rate=20_000_000.0)
    package = harness.package(size=6_000_000)
    await harness.plan(package, UpdateOptions(backup=False), words=["gate"])
    spec = harness.spec(package, UpdateOptions(backup=False))
    await harness.runner(spec).run()
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    uploads = [entry for entry in device.requests if entry.method == "PUT"]
    assert [entry.http_status for entry in uploads] == [401, 200]


async def test_another_certificate_stops_it_before_anything_is_sent(harness: EngineHarness) -> None:
    device = await encrypted(harness)
    save(harness, device, pin="ab" * 32)
    items = await harness.plan(harness.package(), words=["gate"])
    assert [(item.action.value, item.reason) for item in items] == [("refuse", Code.UNREACHABLE)]
    assert "not the pinned one" in items[0].message
    assert device.requests == []


async def test_without_the_scheme_the_password_stays_here(harness: EngineHarness) -> None:
    """The profile loses its scheme, as after an import: the plan refuses, with the way out."""
    device = await encrypted(harness)
    await harness.backed_up("gate")
    devices = harness.context.devices()
    save_devices(
        harness.context.home.devices_file,
        devices.replace("gate", Profile(name="gate", address=device.address)),
    )
    before = len(device.requests)
    items = await harness.plan(harness.package(), words=["gate"])
    assert [(item.action.value, item.reason) for item in items] == [("refuse", Code.ACCESS_DENIED)]
    assert "over HTTPS before" in items[0].message
    assert {entry.method for entry in device.requests[before:]} == {"GET"}
