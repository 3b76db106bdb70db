"""The health of a sensor in the dashboard: its key, its screen, the mark in the list."""

from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.health import announcing
from sicktui.model.settings import MetricsSettings
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.main.workers import metrics_keeper
from sicktui.tui.screens.sensors.health import HealthScreen
from tests.health.sensors import MD5, NOW
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="25420067", model="picoScan150")


def is_pushed(main: MainScreen) -> bool:
    """Whether the sensor pushes: no look reads its temperature."""
    last = main.dashboard.observations.get("gate-1")
    return last is not None and last.observation.health.temperature is not None


async def test_whether_it_measures_is_asked_with_a_key(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((140, 30)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(pilot.app.screen, HealthScreen) and "Values" in text_of(pilot))
        assert "It evaluates scans" not in flat_of(pilot)
        await pilot.press("M")
        await until(pilot, lambda: "It evaluates scans: FieldEvaluationResult" in flat_of(pilot))


async def test_a_moved_calibration_is_shown_marked_and_accepted(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    harness.context.health_memory.calibration("serial 25420067", MD5, NOW)
    async with harness.dashboard((140, 30)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(pilot.app.screen, HealthScreen) and "Values" in text_of(pilot))
        shown = flat_of(pilot)
        assert "Health of gate-1" in shown
        assert "× error MD5Calibration has changed" in shown  # noqa: RUF001
        await pilot.press("q")
        await until(pilot, lambda: "× error" in text_of(pilot))  # noqa: RUF001
        await pilot.press("Q")
        await until(pilot, lambda: "A accept calibration" in flat_of(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "√ ok" in text_of(pilot))
        assert "accept calibration" not in flat_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "● normal" in text_of(pilot))


async def test_a_pushed_alarm_is_in_the_list_the_log_and_the_status_line_and_ends_there(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its end comes too soon after it to be reported at once.
    monkeypatch.setattr(announcing, "BURST", 1)
    monkeypatch.setattr(announcing, "EVERY", 1.0)
    monkeypatch.setattr(announcing, "HOLD", 0.3)
    harness.settings(poll_interval=600.0)
    settings = harness.context.settings
    only_pushed = structs.replace(settings.dashboard, health_interval=0.0)
    harness.context.settings = structs.replace(settings, dashboard=only_pushed)
    fleet = await harness.sensors(DeviceSpec(name="gate-1", version="2.3.3.0R", serial="1001"))
    [device] = fleet.devices
    async with harness.dashboard((140, 30)) as (pilot, main):
        await until(pilot, lambda: is_pushed(main))
        assert "finding" not in text_of(pilot)
        device.health.temperature.become(70.0)
        device.changes.announce()
        await until(pilot, lambda: "× error" in text_of(pilot))  # noqa: RUF001
        await until(pilot, lambda: "The sensor is too hot." in text_of(pilot))
        assert "1 with findings" in text_of(pilot)
        device.health.temperature.become(40.0)
        device.changes.announce()
        await until(pilot, lambda: "over: temperature alarm." in text_of(pilot))
        assert "finding" not in text_of(pilot)


async def test_the_dashboard_writes_the_metrics_and_reports_once_that_it_cannot(
    harness: DashboardHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_keeper, "SOON", 0.05)
    place = tmp_path / "metrics" / "sicktui.prom"
    harness.settings(poll_interval=0.2)
    settings = structs.replace(harness.context.settings, metrics=MetricsSettings(file=str(place)))
    harness.context.settings = settings
    await harness.sensors(GATE)
    async with harness.dashboard((140, 30)) as (pilot, _):
        await until(pilot, lambda: "The file of metrics is not written" in flat_of(pilot))
        place.parent.mkdir()
        await until(pilot, place.exists)
    assert 'sicktui_sensor_reachable{device="gate-1"} 1' in place.read_text()


async def test_an_open_view_follows_what_is_pushed(harness: DashboardHarness) -> None:
    harness.settings(poll_interval=600.0)
    on: dict[str, object] = {"ContaminationConfig": {"eStrategy": 1, "usiResponseTime": 3}}
    fleet = await harness.sensors(DeviceSpec(name="gate-1", version="2.3.3.0R", serial="1001", parameters=on))
    [device] = fleet.devices
    async with harness.dashboard((140, 40)) as (pilot, main):
        await until(pilot, lambda: is_pushed(main))
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(pilot.app.screen, HealthScreen) and "clean" in text_of(pilot))
        device.health.measuring = "standby"
        device.changes.announce()
        await until(pilot, lambda: "does not measure" in text_of(pilot))
        assert "clean" not in text_of(pilot)
