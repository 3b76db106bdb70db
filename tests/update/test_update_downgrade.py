"""Towards a sensor that has ever spoken challenge-response, no command sends the password in clear text."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.authentication import check_login
from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.observe import observe
from sicktui.engine.parameters.write import find_me, write_parameter
from sicktui.engine.update.plan import plan_update
from sicktui.model.device import Profile, Target, resolve
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.sensor.errors import AccessDenied
from sicktui.simulator.fleet.fleet import Device
from sicktui.stores.config.devices import save_devices
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.groups import DeviceGroups
from tests.credentials.kit import opened_vault
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSWORD

pytestmark = pytest.mark.skips_waiting

Command = Callable[[EngineHarness, Target], Awaitable[object]]


def refusal_of(items: list[PlanItem]) -> SicktuiError:
    [item] = items
    return SicktuiError(item.message, advice=item.advice, code=item.reason)


async def plan(harness: EngineHarness, target: Target) -> object:
    package = harness.package("2.9.0.0R")
    raise refusal_of(await plan_update(harness.context, [target], package, UpdateOptions()))


async def backup(harness: EngineHarness, target: Target) -> object:
    raise refusal_of(await plan_backup(harness.context, [target]))


async def login(harness: EngineHarness, target: Target) -> object:
    return await check_login(harness.context, target, PASSWORD)


async def write(harness: EngineHarness, target: Target) -> object:
    return await write_parameter(harness.context, target, "LocationName", "gate 8")


async def blink(harness: EngineHarness, target: Target) -> None:
    await find_me(harness.context, target, 5)


COMMANDS = {"plan": plan, "backup": backup, "login": login, "set": write, "find-me": blink}


async def downgraded(harness: EngineHarness) -> tuple[Device, Target]:
    """A sensor after the downgrade: challenge-response before, at another address, under the same serial."""
    before = await harness.sensor(generation="picoscan-2.3.3", serial="00420001")
    assert (await observe(harness.context, harness.target(before))).auth is not None
    after = await harness.sensor(name="later", generation="firmware-article", serial="420001")
    return after, harness.target(after)


def in_clear(device: Device) -> list[str]:
    return [entry.endpoint for entry in device.requests if "authorization" in entry.headers]


@pytest.mark.parametrize("name", COMMANDS)
async def test_no_command_sends_the_password_in_clear(harness: EngineHarness, name: str) -> None:
    device, target = await downgraded(harness)
    with pytest.raises(SicktuiError) as caught:
        await COMMANDS[name](harness, target)
    assert caught.value.code is Code.ACCESS_DENIED
    assert "challenge-response" in caught.value.message
    assert "basic" in caught.value.advice
    assert in_clear(device) == []
    assert not harness.context.credentials.was_refused(target.device, target.user, PASSWORD)


async def test_status_names_the_sensor_and_why_nothing_will_work(harness: EngineHarness) -> None:
    _, target = await downgraded(harness)
    seen = await observe(harness.context, target)
    assert seen.reachable
    assert seen.identity is not None
    assert seen.auth is None
    assert seen.code == Code.ACCESS_DENIED.value
    assert "challenge-response" in seen.problem


@pytest.mark.parametrize("name", ["login", "set", "find-me", "backup"])
async def test_the_profile_can_allow_it(harness: EngineHarness, name: str) -> None:
    device, before = await downgraded(harness)
    settings = harness.context.settings
    profile = Profile(name="gate", address=before.address, auth="basic")
    target = resolve(profile, settings.device, settings.timing)
    if name == "backup":
        assert (await plan_backup(harness.context, [target]))[0].may_go
    else:
        await COMMANDS[name](harness, target)
    assert in_clear(device)


def pinned(harness: EngineHarness, device: Device, serial: str) -> Target:
    settings = harness.context.settings
    profile = Profile(name="gate", address=device.address, serial=serial)
    return resolve(profile, settings.device, settings.timing)


@pytest.mark.parametrize("name", ["login", "find-me"])
async def test_a_pinned_serial_is_checked_first(harness: EngineHarness, name: str) -> None:
    device = await harness.sensor(generation="firmware-article", serial="420002")
    target = pinned(harness, device, "420001")
    with pytest.raises(SicktuiError) as caught:
        await COMMANDS[name](harness, target)
    assert caught.value.code is Code.OTHER_DEVICE
    assert [entry.endpoint for entry in device.requests if entry.method == "POST"] == []
    await COMMANDS[name](harness, pinned(harness, device, "0420002"))


async def test_an_update_proven_by_power_on_cnt_is_remembered(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    seen = await observe(harness.context, harness.target(device))
    assert seen.identity is not None
    assert not harness.context.sensor_memory.counts_reboots(seen.identity)
    await harness.verdict(harness.package("2.9.0.0R"))
    assert harness.context.sensor_memory.counts_reboots(seen.identity)


async def test_set_names_why_a_stored_password_is_not_used(harness: EngineHarness, tmp_path: Path) -> None:
    device = await harness.sensor()
    context = harness.context
    harness.profile("gate", device)
    listed = DeviceGroups(context.home.devices_file)
    credentials = context.credentials = Credentials(
        given=None,
        keyring=None,
        vault=opened_vault(tmp_path / "v"),
        bindings=SharedRecord(tmp_path / "credentials.json", BindingsRecord()),
        place_of=listed.place,
    )
    credentials.remember("gate", "Service", PASSWORD)
    await write_parameter(context, harness.target("gate"), "LocationName", "x")
    other = await harness.sensor(name="other")
    devices = context.devices()
    moved = structs.replace(devices.find("gate"), address=other.address)
    save_devices(context.home.devices_file, devices.replace("gate", moved))
    with pytest.raises(AccessDenied, match="it was stored for the sensor at"):
        await write_parameter(context, harness.target("gate"), "LocationName", "y")
    assert [entry.endpoint for entry in other.requests if entry.method == "POST"] == []
