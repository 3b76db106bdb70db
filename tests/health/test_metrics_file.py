"""The Prometheus text file, judged by the parser of its own authors."""

import stat
from pathlib import Path

import pytest
from prometheus_client.openmetrics import parser as strict
from prometheus_client.parser import text_string_to_metric_families

from sicktui.engine.metrics.exposition import Family, Sample, exposition
from sicktui.engine.metrics.families import KnownDevices, LastRun, families
from sicktui.engine.metrics.publish import Fresh, Metrics
from sicktui.engine.metrics.seen import SeenDevice, SeenDevices, merged
from sicktui.model.clock import SystemClock
from sicktui.model.device import Identity, Observation
from sicktui.model.enums import Operation, UpdateState, Verdict
from sicktui.model.health.records import DeviceHealth, not_read
from sicktui.model.run.event import Summarised
from sicktui.model.settings import MetricsSettings
from sicktui.stores.disk.files import POSIX_MODES
from sicktui.stores.disk.home import locate
from sicktui.stores.journal.journal import Journal
from tests.health.sensors import NOW, report
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

WHO = Identity(name="picoScan", device_type="PICS150-1", version="2.3.3.0R", serial="25420067")


def parsed(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """The samples by name; raises where the text is not the format."""
    list(strict.text_string_to_metric_families(text + "# EOF\n"))  # type: ignore[no-untyped-call]
    found = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        assert family.name not in found
        found[family.name] = [(sample.labels, sample.value) for sample in family.samples]
    return found


def seen(
    *observations: Observation, health: tuple[DeviceHealth, ...] = (), before: SeenDevices | None = None
) -> SeenDevices:
    return merged(
        before or SeenDevices(), observations, health, listed=["gate-1", "gate-2"], now="2026-11-30T12:00:00Z"
    )


def test_all_families_in_the_format_of_prometheus() -> None:
    found = DeviceHealth(
        device="gate-1", at=NOW, identity=WHO, report=report({"DeviceStatus": 6, "CurrentTempDev": 41.5})
    )
    looked = Observation(device="gate-1", reachable=True, identity=WHO, update_state=UpdateState(0))
    gone = Observation(device="gate-2", reachable=False)
    summary = Summarised(
        ts="2026-11-30T12:00:00.000Z",
        run="R",
        operation=Operation.UPDATE,
        verdicts={Verdict.SUCCEEDED: 3, Verdict.UNKNOWN: 1},
        exit_code=3,
    )
    known = KnownDevices(
        devices={"gate-1": "192.168.0.11", "gate-2": "192.168.0.12"},
        seen=seen(looked, gone, health=(found,)),
        backups={"gate-1": "2026-11-29T12:00:00.000Z"},
        runs=[LastRun(finished="2026-11-30T12:00:00.000Z", summary=summary)],
        now=NOW,
    )
    text = exposition(families(known))
    assert "192.168" not in text
    samples = parsed(text)
    assert samples["sicktui_sensor_reachable"] == [({"device": "gate-1"}, 1), ({"device": "gate-2"}, 0)]
    assert samples["sicktui_sensor_info"] == [
        ({"device": "gate-1", "model": "PICS150-1", "version": "2.3.3.0R", "serial": "25420067"}, 1)
    ]
    assert [(labels["state"], value) for labels, value in samples["sicktui_sensor_health"]] == [
        *(("ok", 0), ("unknown", 0), ("warning", 0), ("error", 1))
    ]
    assert samples["sicktui_sensor_finding"] == [
        ({"device": "gate-1", "code": "service_required", "level": "error"}, 1)
    ]
    assert samples["sicktui_sensor_temperature_celsius"] == [({"device": "gate-1"}, 41.5)]
    assert samples["sicktui_backup_timestamp_seconds"][0][1] == NOW.timestamp() - 86_400
    assert [(labels["verdict"], value) for labels, value in samples["sicktui_last_run_devices"]] == [
        *(("succeeded", 3), ("unknown", 1))
    ]
    assert samples["sicktui_last_run_exit_code"] == [({"operation": "update"}, 3)]


def test_addresses_where_they_are_wanted() -> None:
    looked = Observation(device="gate-1", reachable=True, identity=WHO)
    known = KnownDevices(devices={"gate-1": "192.168.0.11"}, seen=seen(looked), with_addresses=True, now=NOW)
    assert parsed(exposition(families(known)))["sicktui_sensor_info"][0][0]["address"] == "192.168.0.11"


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a\nb", 'a"} 1\nsicktui_forged{x="', "hall\\n", "Tür 3 \u202e", "a{b}=,c", "\\"]
)
def test_labels_are_escaped(name: str) -> None:
    family = Family(
        name="sicktui_x", about="Two\nlines \\ and more.", samples=[Sample(labels={"device": name}, value=1)]
    )
    assert parsed(exposition([family])) == {"sicktui_x": [({"device": name}, 1)]}


def test_a_sensor_that_went_away_is_not_well_any_more() -> None:
    well = DeviceHealth(device="gate-1", at=NOW, identity=WHO, report=report())
    silent = DeviceHealth(device="gate-1", at=NOW, report=not_read("unreachable", "No answer."))
    before = seen(health=(well,))
    assert (before.devices["gate-1"].health, before.devices["gate-1"].reachable) == ("ok", True)
    after = seen(health=(silent,), before=before).devices["gate-1"]
    assert (after.health, after.reachable, after.values) == ("unknown", False, {})
    assert after.version == "2.3.3.0R"
    assert merged(before, (), (), listed=[], now="").devices == {}
    assert SeenDevice().reachable is False


def test_the_file_is_written_by_commands(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(sensor("one", serial="25420067", device_status=6))
    program.here("devices", "add", "gate-1", *made.addresses)
    place = tmp_path / "sicktui.prom"
    setting = ("--set", f'metrics.file="{place.as_posix()}"')
    assert program.here("status", *setting).code == 0
    assert parsed(place.read_text())["sicktui_sensor_reachable"] == [({"device": "gate-1"}, 1)]
    if POSIX_MODES:
        assert stat.S_IMODE(place.stat().st_mode) == 0o644
    assert program.here("health", *setting).code == 1
    samples = parsed(place.read_text())
    assert ({"device": "gate-1", "code": "service_required", "level": "error"}, 1) in samples[
        "sicktui_sensor_finding"
    ]
    assert samples["sicktui_sensor_reachable"] == [({"device": "gate-1"}, 1)]
    assert program.here("status", "--set", "metrics.file=sicktui.txt").code == 2


def test_a_file_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    home = locate(tmp_path, {})
    home.create()
    clock = SystemClock()
    metrics = Metrics(home, MetricsSettings(file=str(tmp_path / "gone" / "a.prom")), clock)
    with Journal(home.journal_file) as journal:
        assert "no folder" in metrics.publish(journal, Fresh())
        assert metrics.publish(journal) == ""
        assert Metrics(home, MetricsSettings(), clock).publish(journal) == ""
    assert not (tmp_path / "gone").exists()
