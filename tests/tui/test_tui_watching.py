"""The workers that keep the list alive."""

import asyncio

from sicktui.model.device import Observation, Profile, resolve
from sicktui.model.run.view import DeviceView, RunView
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.config.devices import save_devices
from sicktui.stores.secrets.coverage import PasswordState
from sicktui.tui.main.workers.sensor_poller import group_of, poll_sensor
from tests.support.dashboard import DashboardHarness, notes_of, text_of, until, without_password
from tests.support.waiting import eventually

GATE = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001")


async def test_a_sensor_that_a_run_has_is_left_alone(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    [device] = fleet.devices
    [profile] = harness.context.devices().profiles.values()
    target = resolve(profile, harness.context.settings.device, harness.context.settings.timing)
    seen: list[Observation] = []
    owned: set[str] = set()
    wake = asyncio.Event()
    task = asyncio.create_task(
        poll_sensor(
            harness.context,
            target,
            delay=0.0,
            wake=wake,
            is_owned=lambda name: name in owned,
            report=seen.append,
        )
    )
    try:
        await eventually(lambda: len(seen) >= 2)
        owned.add("gate-1")
        await asyncio.sleep(0.3)
        before = len(device.requests)
        await asyncio.sleep(0.5)
        assert len(device.requests) == before
        looks = len(seen)
        owned.clear()
        await eventually(lambda: len(seen) > looks)
    finally:
        task.cancel()


async def test_refresh_looks_at_once(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    harness.settings(poll_interval=600.0)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await fleet.devices[0].stop()
        await pilot.press("R")
        await until(pilot, lambda: "1 offline" in text_of(pilot))


async def test_a_broken_worker_is_said_and_can_be_started_again(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        main.workers.cancel_group(main, group_of("gate-1"))

        async def broken() -> None:
            raise RuntimeError("[/oops]")

        main.run_worker(broken(), name="watch gate-1", exit_on_error=False)
        await until(pilot, lambda: "[/oops]" in notes_of(pilot))
        assert any("[/oops]" in line.text for line in main.dashboard.log.lines) or main.notifier.lines
        await pilot.press("R")
        before = len(fleet.devices[0].requests)
        await until(pilot, lambda: len(fleet.devices[0].requests) > before)


async def test_what_others_do_to_list_and_settings_is_said_at_once(harness: DashboardHarness) -> None:
    harness.profiles(
        Profile(name="a", address="127.0.0.1:9", tags=("hall",)), Profile(name="b", address="127.0.0.1:8")
    )
    without_password(harness)
    harness.context.credentials.share("@hall", "Service", "shared")
    file = harness.context.home.config_file
    async with harness.dashboard((120, 30)) as (pilot, main):
        await until(pilot, lambda: "1 without password" in text_of(pilot))
        assert main.dashboard.password_problem("b") is PasswordState.MISSING
        assert main.dashboard.password_problem("a") is None
        assert "no password" in next(line for line in text_of(pilot).splitlines() if "127.0.0.1:8" in line)

        file.write_text("[timing]\npoll_intervall = 3.0\n")
        main._settings.check()
        await until(pilot, lambda: "config.toml invalid" in text_of(pilot))
        assert "did you mean" in notes_of(pilot)
        file.write_text("[timing]\npoll_interval = 3.5\n")
        main._settings.check()
        await until(pilot, lambda: "config.toml invalid" not in text_of(pilot))

        owner = RunView(run="r1", devices={"a": DeviceView(device="a")})
        main.dashboard.advanced("r1", owner)
        main.renderer.render()
        devices = harness.context.devices()
        save_devices(harness.context.home.devices_file, devices.remove("a"))
        await pilot.press("R")
        await until(pilot, lambda: "shared password of @hall is stored" in notes_of(pilot))
        assert "a was removed from the list. Run r1 works on its sensor" in notes_of(pilot)
