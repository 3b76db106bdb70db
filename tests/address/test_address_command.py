"""``address`` as a call of the program."""

import pytest

from sicktui.engine.address.this_pc import ThisPc
from tests.address.conftest import HOME
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

SLOWER = ("--set", "timing.reconnect_timeout=15")


def test_an_address_is_shown(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("gate", parameters=HOME))
    [address] = made.addresses
    result = program.here("address", address, "--json", password=None)
    assert result.code == 0, result
    [line] = result.lines
    assert (line["kind"], line["mode"], line["address"], line["mask"], line["gateway"]) == (
        ("address", "static", "127.0.3.1", "255.255.255.0", ".".join("0000"))
    )
    assert line["serial"] == made.devices[0].serial
    assert (line["fallback"], line["scan_mode"]) == ("static", 3)
    assert line["effective"]["address"] == "127.0.3.1"
    words = program.here("address", address, password=None).out
    assert "without DHCP  takes the static address" in words
    assert "settable without a login for 60 s after power-on" in words
    assert all(len(row) <= 80 for row in words.splitlines()), words


def test_an_address_is_set_and_the_list_follows(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("gate", parameters=HOME))
    [device] = made.devices
    program.here("devices", "add", "gate", device.address)
    words = ("--ip", "127.0.3.9", "--fallback", "retry", "--yes", "--json")
    result = program.here("address", "gate", *words, *SLOWER)
    assert result.code == 0, result
    assert verdicts(result.lines) == {"gate": ("succeeded", None)}
    assert result.lines[-1]["address"] == device.address == f"127.0.3.9:{device.port.number}"
    steps = [(line["step"], line["state"]) for line in result.of_kind("step")]
    assert steps[0] == ("preflight", "started")
    assert steps[-1] == ("persist", "done")
    [listed] = program.here("devices", "list", "--json").lines
    assert listed["address"] == device.address
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 3, 9]
    assert device.parameters.saved["EtherDHCPFallback"] == 1


def test_what_is_wrong_ends_with_an_error_line(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("gate", parameters=HOME))
    [address] = made.addresses

    def ends(*words: str) -> tuple[int, str | None]:
        result = program.here("address", address, *words, "--json")
        last = result.every_line[-1]
        assert (last["kind"], last["exit_code"]) == ("error", result.code), result
        return result.code, last["code"]

    assert ends("--ip", "127.0.3.255", "--yes") == (2, None)
    assert ends("--ip", "127.0.3.9") == (2, None), "there is nobody to ask"
    assert ends("--ip", "10.1.2.3", "--mask", "24", "--yes") == (2, None), "it needs a second yes"
    assert ends("--ip", "127.0.3.9", "--dhcp", "--yes") == (2, None)
    assert made.writes() == []
    assert program.here("address", "127.0.3.77:9", "--json").code == 1
    assert program.here("address", "127.0.3.77:9", "--ip", "127.0.3.9", "--yes").code == 1


def test_with_a_second_yes_it_may_leave_the_subnet_and_the_verdict_is_honest(
    program: ProgramHarness, start_fleet: StartFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def free(*_: object) -> str:
        return ""  # whatever the network of the machine answers that runs this

    monkeypatch.setattr(ThisPc, "occupant", free)
    made = start_fleet(sensor("gate", parameters=HOME))
    [device] = made.devices
    program.here("devices", "add", "gate", device.address)
    result = program.here(
        *("address", "gate", "--ip", "10.1.2.3", "--yes", "--outside-subnet", "--json"),
        *("--set", "timing.reconnect_timeout=2"),
    )
    assert result.code == 3, result
    [verdict] = result.of_kind("verdict")
    assert (verdict["verdict"], verdict["code"]) == ("unknown", "no_return")
    assert "switch the sensor off and on" in verdict["advice"]
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 3, 1]
    program.here("devices", "edit", "gate", "--address", device.address)
    shown = program.here("address", "gate")
    assert "is not finished" in shown.err


def test_an_address_that_answers_is_refused(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("gate", parameters=HOME),
        sensor("other", parameters={"EtherIPAddress": [127, 0, 3, 9]}, port=48_123),
    )
    first = made.devices[0]
    result = program.here("address", first.address, "--ip", "127.0.3.9", "--yes", "--json")
    assert result.code == 0, "another port on this PC is another sensor"
    again = start_fleet(
        sensor("gate", parameters=HOME, port=48_124),
        sensor("other", parameters={"EtherIPAddress": [127, 0, 3, 10]}, port=48_124),
    )
    refused = program.here("address", again.devices[0].address, "--ip", "127.0.3.10", "--yes", "--json")
    assert (refused.code, refused.every_line[-1]["code"]) == (4, "other_device"), refused
