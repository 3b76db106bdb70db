"""The program is killed or interrupted in the middle of a change: what the next call says and does."""

import signal
import sys

import pytest

from sicktui.simulator.device.device import Device
from sicktui.simulator.spec import Fault
from tests.address.conftest import HOME
from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.support.waiting import wait_until

LONGER = ("--set", "timing.reconnect_timeout=60", "--set", "timing.request_timeout=10")
SET = ("address", "gate", "--ip", "127.0.9.7", "--yes", "--json", *LONGER)
HERE = {**HOME, "EtherIPAddress": [127, 0, 9, 1]}


def begun(program: ProgramHarness, start_fleet: StartFleet, *faults: Fault) -> tuple[FleetThread, Device]:
    made = start_fleet(sensor("gate", parameters=HERE, faults=faults), time_scale=1.0)
    [device] = made.devices
    program.here("devices", "add", "gate", device.address)
    return made, device


def asked_for(device: Device, endpoint: str) -> bool:
    return any(entry.endpoint == f"POST {endpoint}" for entry in device.requests)


def test_after_a_kill_the_sensor_is_found_and_the_change_is_finished(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made, device = begun(program, start_fleet, Fault(name="hang", at="POST WriteEeprom", times=1))
    process = program.start(*SET, SICKTUI_PASSWORD="servicelevel")
    wait_until(lambda: asked_for(device, "WriteEeprom"))
    process.kill()
    process.wait()
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 9, 1]
    shown = program.here("address", "gate", "--json", *LONGER)
    assert shown.code == 0, shown
    assert shown.lines[0]["place"] == device.address
    assert "was interrupted" in shown.err
    assert "Set the address again" in shown.err
    assert shown.lines[0]["interrupted"] in shown.err
    assert "was interrupted" in program.here("doctor", password=None).out
    done = program.here(*SET)
    assert done.code == 0, done
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 9, 7]
    assert program.here("devices", "list", "--json").lines[0]["address"] == device.address
    assert "interrupted" not in program.here("address", "gate", "--json", *LONGER).err
    made.do(device.reboot())


def test_while_a_change_is_open_nothing_saves_or_reboots_the_sensor(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    """A save would make an address last that nobody has seen the sensor at."""
    _, device = begun(program, start_fleet, Fault(name="hang", at="POST EtherIPMask", times=1))
    process = program.start(*SET, "--mask", "16", SICKTUI_PASSWORD="servicelevel")
    wait_until(lambda: asked_for(device, "EtherIPMask"))
    process.kill()
    process.wait()
    for words in (
        ("set", "gate", "LocationName", "north", "--persist", "--yes"),
        ("backup", "gate", "--yes"),
    ):
        refused = program.here(*words, "--json", *LONGER)
        assert refused.code in (1, 4), refused
        assert "was interrupted" in refused.err + refused.out
        assert "sicktui address gate" in refused.err + refused.out
    assert not asked_for(device, "WriteEeprom")
    assert not asked_for(device, "LocationName")


@pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C cannot be sent to one process there")
def test_ctrl_c_before_the_address_is_applied_takes_everything_back(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    _, device = begun(program, start_fleet, Fault(name="hang", at="POST EtherIPMask"))
    process = program.start(*SET, "--mask", "16", SICKTUI_PASSWORD="servicelevel")
    wait_until(lambda: asked_for(device, "EtherIPMask"))
    process.send_signal(signal.SIGINT)
    result = program.wait(process)
    assert result.code == 130, result
    assert "has its old address" in result.err
    assert device.parameters.current["EtherIPAddress"] == [127, 0, 9, 1]
    assert not asked_for(device, "EthernetUpdate")


@pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C cannot be sent to one process there")
def test_ctrl_c_after_that_says_what_to_do(program: ProgramHarness, start_fleet: StartFleet) -> None:
    _, device = begun(program, start_fleet, Fault(name="hang", at="POST WriteEeprom", times=1))
    process = program.start(*SET, SICKTUI_PASSWORD="servicelevel")
    wait_until(lambda: asked_for(device, "WriteEeprom"))
    process.send_signal(signal.SIGINT)
    result = program.wait(process)
    assert result.code == 3, result
    last = result.every_line[-1]
    assert (last["kind"], last["code"], last["exit_code"]) == ("error", "interrupted", 3)
    assert "127.0.9.7" in last["message"]
