"""``sicktui address`` in a real network: moves, occupied addresses, other subnets, DHCP, a power cycle."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.bench import PC, Bench, record
from tests.support.namespaces import Network, needs_namespaces
from tests.support.program import Result

QUICK: Final = (
    *("--set", "limits.requests_per_second=1000", "--set", "timing.request_timeout=2"),
    *("--set", "timing.reconnect_timeout=12", "--set", "discovery.wait=1"),
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Network(tmp_path) as network:
        yield Bench(network)


def change(bench: Bench, *words: str, device: str = "gate") -> Result:
    return bench.run("address", device, *words, "--yes", *QUICK)


def verdict(result: Result) -> dict[str, Any]:
    [line] = result.of_kind("verdict")
    return line


@needs_namespaces
def test_a_sensor_moves_within_its_subnet_and_nobody_else_is_written_to(bench: Bench) -> None:
    [sensor, other] = bench.sensors("10.1.0.51", "10.1.0.52")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = change(bench, "--ip", "10.1.0.61", "--gateway", "10.1.0.1")
    assert result.code == 0, result
    assert bench.listed() == {"gate": "10.1.0.61"}
    now = record(bench.pc, "10.1.0.61")
    assert now["serial"] == sensor["serial"]
    assert now["violations"] == []
    wrote = [request["path"] for request in record(bench.pc, "10.1.0.52")["requests"]]
    assert not any(path.endswith(("EtherIPAddress", "EthernetUpdate", "WriteEeprom")) for path in wrote), (
        other
    )


@needs_namespaces
@pytest.mark.parametrize("taken", [PC, "10.1.0.52", "10.1.0.77"])
def test_an_address_that_anybody_has_is_refused(bench: Bench, taken: str) -> None:
    """The PC itself, another sensor, and a host that answers to nothing but ARP."""
    [sensor, _] = bench.sensors("10.1.0.51", "10.1.0.52")
    quiet = bench.network.host("quiet")
    bench.network.plug(quiet, "eth0", bench.switch, "10.1.0.77/24")
    quiet.run("ip", "route", "add", "blackhole", f"{PC}/32")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = change(bench, "--ip", taken)
    assert (result.code, result.every_line[-1]["code"]) == (4, "other_device"), result
    assert "is in use" in result.every_line[-1]["message"]
    sent = [request["path"] for request in record(bench.pc, "10.1.0.51")["requests"]]
    assert not any(path.endswith("EthernetUpdate") for path in sent)


@needs_namespaces
def test_an_address_that_nobody_has_any_more_is_free(bench: Bench) -> None:
    """The neighbour table still has the sensor that was replaced."""
    [sensor] = bench.sensors("10.1.0.51")
    gone = bench.network.host("gone")
    bench.network.plug(gone, "eth0", bench.switch, "10.1.0.77/24")
    bench.pc.run("sh", "-c", "ping -c1 -W1 10.1.0.77 || true")
    gone.run("ip", "link", "set", "eth0", "down")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    assert change(bench, "--ip", "10.1.0.77").code == 0


@needs_namespaces
def test_out_of_the_subnet_it_is_lost_to_this_pc_and_a_power_cycle_restores_it(bench: Bench) -> None:
    [sensor] = bench.sensors("reboot_seconds = 1\nparameters = { EtherIPAddress = [10, 1, 0, 51] }")
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    refused = change(bench, "--ip", "10.9.0.51")
    assert refused.code == 2, refused
    assert "10.1.0.0/24" in refused.every_line[-1]["message"]
    gone = change(bench, "--ip", "10.9.0.51", "--outside-subnet")
    assert gone.code == 3, gone
    assert verdict(gone)["code"] == "no_return"
    assert "10.1.0.51" in verdict(gone)["advice"]
    assert bench.listed() == {"gate": "10.1.0.51"}
    bench.pc.run("ip", "addr", "add", "10.9.0.5/24", "dev", "left")
    shown = bench.run("address", "gate", *QUICK)
    assert shown.lines[0]["place"] == "10.9.0.51", "it is looked for where it was to be"
    done = change(bench, "--ip", "10.9.0.51")
    assert done.code == 0, done
    assert bench.listed() == {"gate": "10.9.0.51"}


@needs_namespaces
def test_from_dhcp_it_is_found_wherever_the_server_puts_it(bench: Bench) -> None:
    parameters = "parameters = { EtherIPAddress = [10, 1, 0, 51], EtherAddressingMode = 0 }"
    [sensor] = bench.sensors(f'dhcp_address = "10.1.0.90"\n{parameters}')
    bench.profile("gate", "10.1.0.51", sensor["serial"])
    result = change(bench, "--dhcp")
    assert result.code == 0, result
    assert verdict(result)["address"] == "10.1.0.90"
    assert bench.listed() == {"gate": "10.1.0.90"}
    shown = bench.run("address", "gate").lines[0]
    assert (shown["mode"], shown["effective"]["address"]) == ("dhcp", "10.1.0.90")


@needs_namespaces
def test_a_sensor_that_is_alone_at_a_foreign_address_is_set_by_its_mac(bench: Bench) -> None:
    new = "autoip_broadcasts = true\npowered_seconds = 0\naddress_seconds = 1"
    [sensor] = bench.sensors(new, time_scale=1)
    result = bench.run(
        "address", "--mac", sensor["mac"], "--ip", "10.1.0.71", "--yes", "--wait", "10", *QUICK
    )
    assert result.code == 0, result
    assert record(bench.pc, "10.1.0.71")["serial"] == sensor["serial"]
