"""``sicktui address`` in real networks: the sensor's interface really gets another address."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bench import SETTINGS, Bench, at, read, record
from tests.support.namespaces import Network, needs_namespaces
from tests.support.program import Result
from tests.support.waiting import wait_until


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Network(tmp_path) as network:
        yield Bench(network)


def address(bench: Bench, *words: str) -> Result:
    return bench.run("address", "gate", *words, "--yes", *SETTINGS, "--set", "timing.reconnect_timeout=8")


def verdict(result: Result) -> str:
    [line] = result.of_kind("verdict")
    return str(line["verdict"])


@needs_namespaces
def test_a_sensor_gets_another_address(bench: Bench) -> None:
    sensor, other = bench.sensors("10.1.0.51", "10.1.0.52")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    bench.profile("other", "10.1.0.52", other["serial"])
    result = address(bench, "--ip", "10.1.0.77")
    assert (result.code, verdict(result)) == (0, "succeeded"), result
    assert bench.listed() == {"gate": "10.1.0.77", "other": "10.1.0.52"}
    assert record(bench.pc, "10.1.0.77")["serial"] == sensor["serial"]
    assert record(bench.pc, "10.1.0.77")["violations"] == []
    assert read(bench.pc, "10.1.0.51/api/SerialNumber") is None
    assert record(bench.pc, "10.1.0.52")["requests"] == [], "nothing else on the network is asked anything"


@needs_namespaces
def test_it_moves_to_another_subnet_of_the_pc(bench: Bench) -> None:
    bench.pc.run("ip", "addr", "add", "10.3.0.5/16", "broadcast", "+", "dev", "left")
    [sensor] = bench.sensors("10.1.0.51")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = address(bench, "--ip", "10.3.9.9", "--mask", "255.255.0.0")
    assert (result.code, verdict(result)) == (0, "succeeded"), result
    assert bench.listed() == {"gate": "10.3.9.9"}


@needs_namespaces
@pytest.mark.parametrize("who", ["sensor", "computer"])
def test_an_address_that_somebody_has_is_refused(bench: Bench, who: str) -> None:
    [sensor] = bench.sensors("10.1.0.51")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    if who == "sensor":
        bench.sensors("10.1.0.77")
    else:
        bench.network.plug(bench.network.host("computer"), "eth0", bench.switch, "10.1.0.77/24")
    result = address(bench, "--ip", "10.1.0.77")
    assert result.code == 4, result
    assert not [
        sent for sent in record(bench.pc, "10.1.0.51")["requests"] if "EthernetUpdate" in sent["path"]
    ]


@needs_namespaces
def test_outside_the_subnets_of_the_pc_only_a_power_cycle_brings_it_back(bench: Bench) -> None:
    technician = bench.network.host("technician")
    bench.network.plug(technician, "eth0", bench.switch, "172.20.0.5/24")
    restarts = '[[device.fault]]\nname = "restarts"\nat = "GET LEDState"\ntimes = 1'
    [sensor] = bench.sensors(f"{at('10.1.0.51')}\nreboot_seconds = 1\n{restarts}")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    refused = address(bench, "--ip", "172.20.0.9")
    assert refused.code in (2, 4), refused
    result = address(bench, "--ip", "172.20.0.9", "--outside-subnet")
    assert (result.code, verdict(result)) == (3, "unknown"), result
    assert "off and on" in str(result.of_kind("verdict")[0]["advice"])
    assert record(technician, "172.20.0.9")["serial"] == sensor["serial"]
    assert read(technician, "172.20.0.9/api/LEDState") is None
    wait_until(lambda: read(bench.pc, "10.1.0.51/api/SerialNumber"))


@needs_namespaces
def test_dhcp_is_followed(bench: Bench) -> None:
    static = "EtherAddressingMode = 0"
    [sensor] = bench.sensors(
        f'dhcp_address = "10.1.0.90"\nparameters = {{ EtherIPAddress = [10, 1, 0, 51], {static} }}'
    )
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = address(bench, "--dhcp")
    assert (result.code, verdict(result)) == (0, "succeeded"), result
    assert bench.listed() == {"gate": "10.1.0.90"}
