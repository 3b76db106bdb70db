"""Faults that take a sensor away, or put another in its place."""

import http.client
from datetime import UTC, datetime

import pytest

from sicktui.simulator import Device, Fault
from tests.simulator.conftest import Start
from tests.simulator.plain_client import auth_post, get, request
from tests.support.waiting import wait_until

Lost = (http.client.HTTPException, OSError)


def quick(start: Start, *faults: Fault, **changes: object) -> Device:
    times = {"flash_seconds": 2, "finished_seconds": 1, "reboot_seconds": 2} | changes
    return start("picoscan-2.2.1", *faults, **times)


def flash(device: Device, firmware: bytes) -> None:
    assert request(device, "PUT", "/api/update", firmware).status == 200
    assert auth_post(device, "RunFirmwareUpdate").code == 0


def test_a_lost_link_leaves_the_device_going(start: Start, firmware: bytes) -> None:
    device = quick(
        start, Fault(name="link_lost", at="UpdateState", when="flashing", seconds=10), flash_seconds=4
    )
    flash(device, firmware)
    with pytest.raises(Lost):
        get(device, "UpdateState")
    wait_until(lambda: not device.online)
    wait_until(lambda: device.firmware_version == "2.4.0.0R")
    assert not device.online, "the reboot does not bring the link back"
    wait_until(lambda: device.online)
    assert device.power_on_count == 43
    assert get(device, "DeviceIdent").json["data"]["Version"] == "2.4.0.0R"


def test_a_link_that_is_lost_with_the_answer_to_an_act(start: Start, firmware: bytes) -> None:
    device = quick(start, Fault(name="link_lost", at="RunFirmwareUpdate", acts=True, seconds=1))
    assert request(device, "PUT", "/api/update", firmware).status == 200
    with pytest.raises(Lost):
        auth_post(device, "RunFirmwareUpdate")
    assert device.flashes == 1
    wait_until(lambda: device.phase == "updated")


def test_a_restart_forgets_the_package(start: Start, firmware: bytes) -> None:
    device = quick(start, Fault(name="restarts", at="UpdateState", when="uploaded"))
    assert request(device, "PUT", "/api/update", firmware).status == 200
    with pytest.raises(Lost):
        get(device, "UpdateState")
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert device.phase == "idle"
    auth_post(device, "RunFirmwareUpdate")
    assert any("no package" in text for text in device.violations)


@pytest.mark.parametrize(("role", "year"), [(0, 1970), (1, datetime.now(UTC).year)])
def test_a_reboot_loses_a_clock_that_was_set_by_hand(start: Start, role: int, year: int) -> None:
    device = quick(
        start, Fault(name="restarts", at="OrderNumber"), reboot_seconds=1, parameters={"TSCRole": role}
    )
    assert get(device, "LSPdatetime").json["data"]["LSPdatetime"]["uiYear"] >= datetime.now(UTC).year - 1
    with pytest.raises(Lost):
        get(device, "OrderNumber")
    wait_until(lambda: device.power_on_count == 43 and device.online)
    assert get(device, "LSPdatetime").json["data"]["LSPdatetime"]["uiYear"] in (year, year + 1)


def test_another_sensor_has_the_address_from_a_request_on(start: Start) -> None:
    device = quick(start, Fault(name="other_sensor", at="UpdateState", value="77"))
    mine = device.mac
    assert get(device, "SerialNumber").json["data"]["SerialNumber"] != "77"
    assert get(device, "UpdateState").status == 200
    assert get(device, "SerialNumber").json["data"]["SerialNumber"] == "77"
    assert device.mac != mine


def test_a_slow_flash_goes_on_in_the_end(start: Start, firmware: bytes) -> None:
    device = quick(start, Fault(name="slow_flash", seconds=15))
    flash(device, firmware)
    began = device.time.now()
    wait_until(lambda: device.phase == "updated")
    assert device.time.now() - began > 15


def test_the_old_firmware_answers_once_more(start: Start, firmware: bytes) -> None:
    device = quick(start, Fault(name="old_version_first", seconds=20))
    flash(device, firmware)
    wait_until(lambda: device.power_on_count == 43)
    assert device.firmware_version == "2.2.1.0R"
    wait_until(lambda: device.power_on_count == 44)
    assert (device.firmware_version, device.phase) == ("2.4.0.0R", "updated")


def test_a_rollback_ends_with_the_old_firmware(start: Start, firmware: bytes) -> None:
    device = quick(start, Fault(name="rolls_back", seconds=20))
    flash(device, firmware)
    wait_until(lambda: device.power_on_count == 43)
    assert device.firmware_version == "2.4.0.0R"
    wait_until(lambda: device.power_on_count == 44)
    assert device.firmware_version == "2.2.1.0R"
