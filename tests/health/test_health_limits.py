"""Thresholds of the settings: defaults, groups, and what they change in a report."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sicktui.model.errors import ConfigError
from sicktui.model.health.judgement import judge
from sicktui.model.health.limits import HealthLimits, limits_for
from sicktui.model.settings import HealthGroup, HealthSettings
from sicktui.stores.config.settings import load_settings
from sicktui.stores.config.settings_file import change_setting, read_rows
from tests.health.sensors import NOW, readings, time_of

GROUPS = HealthSettings(
    temperature_warning=60.0,
    groups={
        "oven": HealthGroup(temperature_warning=75.0, temperature_error=80.0),
        "line-2": HealthGroup(temperature_warning=50.0, certificate_days=60.0),
        "cold": HealthGroup(temperature_warning=0.0),
    },
)


@pytest.mark.parametrize(
    ("tags", "warning", "error", "days"),
    [
        ((), 60.0, 0.0, 30.0),
        (("hall-3",), 60.0, 0.0, 30.0),
        (("oven",), 75.0, 80.0, 30.0),
        (("oven", "line-2"), 50.0, 80.0, 60.0),
        (("cold",), 0.0, 0.0, 30.0),
        (("cold", "oven"), 75.0, 80.0, 30.0),
    ],
)
def test_of_several_groups_the_strictest(
    tags: tuple[str, ...], warning: float, error: float, days: float
) -> None:
    found = limits_for(GROUPS, tags)
    assert (found.temperature_warning, found.temperature_error) == (warning, error)
    assert (found.certificate_days, found.clock_offset) == (days, 60.0)


def test_the_defaults_are_those_of_the_settings() -> None:
    assert limits_for(HealthSettings(), ()) == HealthLimits()


@pytest.mark.parametrize(
    ("changes", "limits", "code"),
    [
        ({"CurrentTempDev": 45.0}, {"temperature_warning": 45.0}, "temperature_above_warning"),
        (
            {"CurrentTempDev": 45.0},
            {"temperature_warning": 40.0, "temperature_error": 45.0},
            "temperature_above_error",
        ),
        ({"CurrentTempDev": 44.9}, {"temperature_error": 45.0}, ""),
        (
            {
                "ContaminationData": [2, 2, 1, 1, 1, 1, 1],
                "ContaminationResult": {"bWarningActive": True, "bErrorActive": False},
            },
            {"contaminated_sectors": 3},
            "",
        ),
        (
            {"ContaminationData": [2, 2, 2, 1, 1, 1, 1]},
            {"contaminated_sectors": 3},
            "contamination_warning",
        ),
        ({"LSPdatetime": time_of(NOW.replace(second=20))}, {"clock_offset": 10.0}, "clock_wrong"),
        ({}, {"certificate_days": 400.0}, "certificate_expires"),
    ],
)
def test_what_a_threshold_changes(changes: dict[str, Any], limits: dict[str, Any], code: str) -> None:
    found = judge(structs.replace(readings(changes), limits=HealthLimits(**limits))).findings
    assert [finding.code for finding in found] == ([code] if code else [])


def test_the_settings_of_a_group_are_checked_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[health.groups.oven]\ntemperature_warning = 75\n")
    assert load_settings(path).health.groups["oven"].temperature_warning == 75
    given = load_settings(path, ["health.groups.oven.clock_offset=5"]).health.groups["oven"]
    assert (given.clock_offset, given.temperature_warning) == (5, 75)
    rows = {row.name: row for row in read_rows(path)}
    assert rows["health.groups.oven.temperature_warning"].shown == "75"
    assert rows["health.groups.oven.clock_offset"].shown == ""
    change_setting(path, ("health", "groups", "oven", "clock_offset"), 5.0)
    assert load_settings(path).health.groups["oven"].clock_offset == 5
    for text, words in (
        ("[health.groups.oven]\ntemprature_warning = 75\n", "temperature_warning"),
        ("[health.groups]\noven = 3\n", "must be a table"),
        ("[health.groups.oven]\nclock_offset = 0\n", "a number above 0"),
        ("[health]\ncontaminated_sectors = 1.5\n", "a whole number"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=words):
            load_settings(path)
