"""Sensors that get another address from DHCP while they are updated, in real networks."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.bench import Bench, at, read, record
from tests.support.namespaces import Network, needs_namespaces
from tests.support.program import VERSION

QUICK: Final = 'version = "2.3.0.0R"\nflash_seconds = 10'
WAITS: Final = ("--set", "timing.reconnect_timeout=40")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Network(tmp_path) as network:
        yield Bench(network)


def written(found: dict[str, Any]) -> list[str]:
    return [request["path"] for request in found["requests"] if request["method"] != "GET"]


@needs_namespaces
def test_a_sensor_that_dhcp_moves_during_its_update_is_found(bench: Bench, tmp_path: Path) -> None:
    moves = 'dhcp_address = "10.1.0.51"\naddress_after_reboot = "10.1.0.77"\nreboot_seconds = 20'
    [sensor, _] = bench.sensors(f"{moves}\n{QUICK}", f"{at('10.1.0.52')}\n{QUICK}", time_scale=10)
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = bench.update(tmp_path, "gate", *WAITS)
    [verdict] = result.of_kind("verdict")
    assert (verdict["verdict"], verdict["serial"]) == ("succeeded", sensor["serial"]), result
    assert "10.1.0.77" in verdict["message"]
    assert record(bench.pc, "10.1.0.77")["version"] == VERSION
    spared = record(bench.pc, "10.1.0.52")
    assert (spared["version"], written(spared)) == ("2.3.0.0R", [])


@needs_namespaces
def test_one_that_answers_no_search_is_found_in_the_subnet(tmp_path: Path) -> None:
    with Network(tmp_path) as network:
        find_hidden_sensor(Bench(network, "10.1.0.5/28"), tmp_path)


def find_hidden_sensor(bench: Bench, tmp_path: Path) -> None:
    moves = 'dhcp_address = "10.1.0.6"\naddress_after_reboot = "10.1.0.9"\nreboot_seconds = 20'
    hidden = "parameters = { EtherCoLaScanMode = 2, EtherIPMask = [255, 255, 255, 240] }"
    [sensor] = bench.sensors(f"{moves}\n{hidden}\n{QUICK}", time_scale=10)
    bench.profile("gate", "10.1.0.6", sensor["serial"])
    result = bench.update(tmp_path, "gate", *WAITS)
    [verdict] = result.of_kind("verdict")
    assert (verdict["verdict"], verdict["serial"]) == ("succeeded", sensor["serial"]), result
    assert "10.1.0.9" in verdict["message"]


@needs_namespaces
def test_another_sensor_that_takes_its_address_is_never_taken_for_it(bench: Bench, tmp_path: Path) -> None:
    moves = 'dhcp_address = "10.1.0.51"\naddress_after_reboot = "10.1.0.77"\nreboot_seconds = 80'
    takes = 'dhcp_address = "10.1.0.52"\naddress_after_reboot = "10.1.0.51"\nreboot_seconds = 1'
    restarts = '[[device.fault]]\nname = "restarts"\nat = "GET LEDState"\ntimes = 1'
    sensor, other = bench.sensors(f"{moves}\n{QUICK}", f"{takes}\n{QUICK}\n{restarts}", time_scale=10)
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    process = bench.start_update(tmp_path, "gate", *WAITS)
    wait_for_silence(bench, "10.1.0.51", process)
    assert read(bench.pc, "10.1.0.52/api/LEDState") is None
    result = bench.end(process)
    [verdict] = result.of_kind("verdict")
    assert (verdict["verdict"], verdict["serial"]) == ("succeeded", sensor["serial"]), result
    assert "10.1.0.77" in verdict["message"]
    assert record(bench.pc, "10.1.0.77")["version"] == VERSION
    spared = record(bench.pc, "10.1.0.51")
    assert (spared["serial"], spared["version"]) == (other["serial"], "2.3.0.0R")
    assert written(spared) == [], "no login either"


def wait_for_silence(bench: Bench, address: str, update: "subprocess.Popen[bytes]") -> None:
    """Wait until the sensor reboots."""
    while read(bench.pc, f"{address}/api/SerialNumber") is not None:
        assert update.poll() is None
        time.sleep(0.2)


@needs_namespaces
def test_the_sensor_moves_and_only_another_one_is_left(bench: Bench, tmp_path: Path) -> None:
    moves = 'dhcp_address = "10.1.0.51"\naddress_after_reboot = "172.20.0.9"\nreboot_seconds = 40'
    takes = 'dhcp_address = "10.1.0.52"\naddress_after_reboot = "10.1.0.51"\nreboot_seconds = 1'
    restarts = '[[device.fault]]\nname = "restarts"\nat = "GET LEDState"\ntimes = 1'
    sensor, other = bench.sensors(f"{moves}\n{QUICK}", f"{takes}\n{QUICK}\n{restarts}", time_scale=10)
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    process = bench.start_update(tmp_path, "gate", "--set", "timing.reconnect_timeout=12")
    wait_for_silence(bench, "10.1.0.51", process)
    assert read(bench.pc, "10.1.0.52/api/LEDState") is None
    result = bench.end(process)
    assert result.code == 3, result
    [verdict] = result.of_kind("verdict")
    assert (verdict["verdict"], verdict["code"]) in (("unknown", "other_device"), ("unknown", "no_return"))
    assert other["serial"] in verdict["message"] or verdict["code"] == "no_return"
    assert written(record(bench.pc, "10.1.0.51")) == []


@needs_namespaces
def test_status_says_where_the_sensor_of_a_silent_profile_answers(bench: Bench) -> None:
    claims = '[[device.fault]]\nname = "autoip_claims"\nvalue = ["25111111"]'
    [sensor, _] = bench.sensors("10.1.0.77", f"{at('10.1.0.52')}\n{claims}")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    bench.profile("gone", "10.1.0.53", "25111111")
    result = bench.run("status", "all")
    assert result.code == 1, result
    lines = {line["device"]: line for line in result.of_kind("status")}
    assert (lines["gate"]["problem"], lines["gate"]["moved_to"]) == ("moved", "10.1.0.77")
    assert "10.1.0.77" in lines["gate"]["message"]
    assert not lines["gate"]["reachable"]
    assert "moved_to" not in lines["gone"], "a reply that its own REST API contradicts"
    assert bench.listed() == {"gate": "10.1.0.51", "gone": "10.1.0.53"}, "status changes nothing"
