"""``sicktui commission`` in a real network: sensors out of the box that all have 192.168.0.1."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.bench import SETTINGS, Bench, read, record
from tests.support.harness import PASSWORD
from tests.support.namespaces import Network, needs_namespaces
from tests.support.program import Result
from tests.support.waiting import wait_until

NEW: Final = "autoip_broadcasts = true\npowered_seconds = 0\naddress_seconds = 1\nreboot_seconds = 1"
"""In another subnet than the PC, and just switched on."""
OLD: Final = NEW.replace("powered_seconds = 0", "powered_seconds = 500")
RESTARTS: Final = '[[device.fault]]\nname = "restarts"\nat = "GET LEDState"\ntimes = 1'


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Network(tmp_path) as network:
        yield Bench(network)


def table(folder: Path, *rows: str) -> str:
    path = folder / "hall-3.csv"
    path.write_text("\n".join(("mac;serial;address;mask;name;tags", *rows)), encoding="utf-8")
    return str(path)


def begin(bench: Bench, file: str, *words: str) -> "subprocess.Popen[bytes]":
    arguments = ("commission", file, *words, "--yes", "--json", *SETTINGS)
    return bench.network.start(bench.pc, *arguments, SICKTUI_PASSWORD=PASSWORD)


def commission(bench: Bench, file: str, *words: str) -> Result:
    return bench.end(begin(bench, file, *words))


def verdicts(result: Result) -> dict[str, str]:
    return {line["device"]: line["verdict"] for line in result.of_kind("verdict")}


def sent(found: dict[str, Any], method: str = "POST") -> list[str]:
    return [request["path"] for request in found["requests"] if request["method"] == method]


@needs_namespaces
def test_six_sensors_that_share_an_address(bench: Bench, tmp_path: Path) -> None:
    forms = ("picoscan-2.3.3", "lrs4000-1.9.1", "multiscan-2.4.2")
    new = bench.sensors(
        *(f'generation = "{forms[number % 3]}"\n{NEW}\n{RESTARTS}' for number in range(6)), time_scale=1
    )
    stranger, bystander = bench.sensors(f'serial = "25000001"\n{NEW}', "10.1.0.60")
    rows = [
        f"{sensor['mac'] if number % 2 else ''};{'' if number % 2 else sensor['serial']};"
        f"10.1.0.{number};24;gate-{number};hall-3"
        for number, sensor in enumerate(new, 11)
    ]
    result = commission(bench, table(tmp_path, *rows), "--wait", "30")
    assert result.code == 0, result
    assert set(verdicts(result).values()) == {"succeeded"}
    assert bench.listed() == {f"gate-{number}": f"10.1.0.{number}" for number in range(11, 17)}
    for number, sensor in enumerate(new, 11):
        address = f"10.1.0.{number}"
        now = record(bench.pc, address)
        assert now["serial"] == sensor["serial"]
        assert now["parameters"]["LocationName"] == f"gate-{number}"
        assert now["violations"] == []
        assert {entry["mac"] for entry in sets(now)} == {sensor["mac"]}
        assert any(path.endswith(("WriteEeprom", "PersistParameters")) for path in sent(now))
        assert read(bench.pc, f"{address}/api/LEDState") is None
    for number, sensor in enumerate(new, 11):
        wait_until(lambda at=f"10.1.0.{number}": read(bench.pc, f"{at}/api/SerialNumber"))  # type: ignore[misc]
        assert record(bench.pc, f"10.1.0.{number}")["serial"] == sensor["serial"], "a power cycle keeps it"
    assert sent(record(bench.pc, "10.1.0.60")) == []
    assert sets(record(bench.pc, "10.1.0.60")) == []
    assert bystander["serial"] not in str(bench.listed())
    found = bench.run("discover", "--wait", "1").of_kind("found")
    assert [line["serial"] for line in found if line["address"] == "192.168.0.1"] == [stranger["serial"]]


def sets(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests of AutoIP for a new address."""
    return [entry for entry in found["autoip_requests"] if entry["command"] == "set"]


@needs_namespaces
def test_one_is_switched_on_while_it_waits_and_another_one_never_is(bench: Bench, tmp_path: Path) -> None:
    [old] = bench.sensors(f'serial = "25000001"\n{OLD}', time_scale=1)
    late = f'serial = "25000002"\n{NEW}'
    rows = (";25000001;10.1.0.11;24;gate-1;", ";25000002;10.1.0.12;24;gate-2;")
    file = table(tmp_path, *rows)
    process = begin(bench, file, "--wait", "20")
    time.sleep(4)
    bench.sensors(late, time_scale=1)
    result = bench.end(process)
    assert result.code == 1, result
    assert sorted(verdicts(result).values()) == ["failed", "succeeded"], result
    assert bench.listed() == {"gate-2": "10.1.0.12"}
    assert record(bench.pc, "10.1.0.12")["serial"] == "25000002"
    [failed] = [line for line in result.of_kind("verdict") if line["verdict"] == "failed"]
    assert "off and on" in failed["message"] + failed["advice"], (failed, old)


@needs_namespaces
def test_sensors_that_do_not_do_what_they_confirm(bench: Bench, tmp_path: Path) -> None:
    fault = "[[device.fault]]\ntimes = 9\nname ="
    short = NEW.replace("powered_seconds = 0", "powered_seconds = 38")
    sensors = bench.sensors(
        f'{NEW}\n{fault} "autoip_set_other"\nvalue = "10.1.0.14"',
        f'{NEW}\n{fault} "autoip_set_unanswered"',
        short,  # the search for the first one takes longer than it lets its address be set
        time_scale=1,
    )
    rows = [
        f"{sensor['mac']};;10.1.0.{number};28;gate-{number};" for number, sensor in enumerate(sensors, 11)
    ]
    result = commission(bench, table(tmp_path, *rows), "--wait", "10")
    assert verdicts(result)["gate-11"] in ("failed", "unknown"), result
    assert (verdicts(result)["gate-12"], verdicts(result)["gate-13"]) == ("succeeded", "succeeded"), result
    assert bench.listed() == {"gate-12": "10.1.0.12", "gate-13": "10.1.0.13"}
    assert sent(record(bench.pc, "10.1.0.14")) == [], "it is not where it was sent: nothing is written to it"


@needs_namespaces
def test_an_address_that_a_computer_has_is_not_set(bench: Bench, tmp_path: Path) -> None:
    [sensor] = bench.sensors(NEW, time_scale=1)
    bench.network.plug(bench.network.host("computer"), "eth0", bench.switch, "10.1.0.11/24")
    result = commission(bench, table(tmp_path, f"{sensor['mac']};;10.1.0.11;24;gate-1;"), "--wait", "2")
    assert verdicts(result) != {}, result
    assert set(verdicts(result).values()) == {"failed"}
    assert bench.listed() == {}
    [line] = bench.run("discover", "--wait", "1").of_kind("found")
    assert (line["address"], line["serial"]) == ("192.168.0.1", sensor["serial"])


@needs_namespaces
def test_one_sensor_by_its_mac_address(bench: Bench) -> None:
    [sensor] = bench.sensors(NEW, time_scale=1)
    new = ("--ip", "10.1.0.11", "--mask", "255.255.255.0", "--wait", "15")
    result = bench.run("address", "--mac", sensor["mac"], *new, "--yes", *SETTINGS)
    assert result.code == 0, result
    assert [line["verdict"] for line in result.of_kind("verdict")] == ["succeeded"]
    now = record(bench.pc, "10.1.0.11")
    assert now["serial"] == sensor["serial"]
    assert any(path.endswith("WriteEeprom") for path in sent(now))


@needs_namespaces
def test_where_its_mode_allows_no_address_it_is_told_why(bench: Bench) -> None:
    mode = "EtherIPAddress = [10, 1, 0, 50], EtherCoLaScanMode = 1"
    [sensor] = bench.sensors(f"parameters = {{ {mode} }}\npowered_seconds = 0", time_scale=1)
    result = bench.run("address", "--mac", sensor["mac"], "--ip", "10.1.0.11", "--yes", *SETTINGS)
    assert result.code in (1, 4), result
    assert "EtherCoLaScanMode" in result.out
    assert record(bench.pc, "10.1.0.50")["parameters"]["EtherIPAddress"] == [10, 1, 0, 50]
