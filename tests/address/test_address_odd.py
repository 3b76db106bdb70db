"""Sensors that misbehave while their address is changed: the verdict, what stays behind, what to do."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sicktui.engine.address.change import AddressChanged
from sicktui.engine.address.read import read_address
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.network.addressing import NO_GATEWAY, Ipv4Config, check_static
from sicktui.simulator.errors import ApiError
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.address.conftest import HOME, AddressHarness
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

NEW = "127.0.3.7"
UNCHANGED = HOME["EtherIPAddress"]


@pytest.fixture
def made(harness: EngineHarness) -> AddressHarness:
    return AddressHarness(harness)


def writes(device: Device, change: Callable[[str, Any], Any]) -> None:
    """Give what is written to a variable another value, or raise what the sensor answers."""
    original = device.parameters.write
    device.parameters.write = lambda name, value: original(name, change(name, value))  # type: ignore[method-assign]


def nothing_saved(device: Device) -> bool:
    return device.parameters.saved["EtherIPAddress"] == UNCHANGED


async def test_a_refused_write_ends_it_and_the_first_value_is_taken_back(made: AddressHarness) -> None:
    device = await made.sensor(pinned=True)

    def refused(name: str, value: Any) -> Any:
        if name == "EtherIPGateAddress" and value != [0, 0, 0, 0]:
            raise ApiError(6)
        return value

    writes(device, refused)
    done = await made.change(address=NEW, gateway="127.0.3.254")
    assert (done.verdict, done.code, done.sent) == (Verdict.FAILED, Code.DEVICE_ERROR, True), done
    assert "the old values were written back" in done.message
    assert device.parameters.current["EtherIPAddress"] == UNCHANGED
    assert "POST EthernetUpdate" not in paths(device)
    assert made.harness.context.address_changes.every() == ()


async def test_a_value_that_reads_back_otherwise_is_never_applied(made: AddressHarness) -> None:
    device = await made.sensor()
    writes(device, lambda name, value: [127, 0, 3, 8] if value == [127, 0, 3, 7] else value)
    done = await made.change(address=NEW)
    assert (done.verdict, done.code) == (Verdict.FAILED, Code.DEVICE_ERROR), done
    assert "127.0.3.8 instead of 127.0.3.7" in done.message
    assert device.parameters.current["EtherIPAddress"] == UNCHANGED
    assert "POST EthernetUpdate" not in paths(device)


async def test_values_that_cannot_be_taken_back_are_named(made: AddressHarness) -> None:
    device = await made.sensor()

    def stubborn(name: str, value: Any) -> Any:
        if name == "EtherIPMask" or value == UNCHANGED:
            raise ApiError(8)
        return value

    writes(device, stubborn)
    done = await made.change(address=NEW, mask="255.255.0.0")
    assert done.verdict is Verdict.FAILED, done
    assert "still has new values" in done.message
    assert "switch it off and on" in done.advice
    [left] = made.harness.context.address_changes.every()
    assert "before it was applied" in left.words


async def test_an_update_without_effect_is_undone(made: AddressHarness) -> None:
    device = await made.sensor()

    async def nothing(*, after: float, away: float = 1.0) -> None:
        return

    device.update_address = nothing  # type: ignore[method-assign]
    done = await made.change(address=NEW)
    assert (done.verdict, done.code) == (Verdict.FAILED, Code.NOT_STARTED), done
    assert device.parameters.current["EtherIPAddress"] == UNCHANGED
    assert nothing_saved(device)
    assert made.harness.context.address_changes.every() == ()


async def test_a_missing_ethernet_update_is_undone(made: AddressHarness) -> None:
    device = await made.sensor(hidden=("EthernetUpdate",))
    done = await made.change(address=NEW)
    assert (done.verdict, done.code) == (Verdict.FAILED, Code.NOT_SUPPORTED), done
    assert device.parameters.current["EtherIPAddress"] == UNCHANGED


async def test_a_sensor_that_comes_back_elsewhere_is_reported_there_and_not_saved(
    made: AddressHarness,
) -> None:
    device = await made.sensor()
    move_to = device.port.move_to
    device.port.move_to = lambda host: move_to("127.0.3.99" if host == NEW else host)  # type: ignore[method-assign]
    made.lan.where = lambda: device.address
    old = made.listed
    done = await made.change(address=NEW)
    assert (done.verdict, done.place) == (Verdict.FAILED, device.address), done
    assert "127.0.3.99" in done.message
    assert old in done.advice
    assert nothing_saved(device)
    assert made.listed == old


async def test_a_sensor_that_does_not_come_back_is_unknown(made: AddressHarness) -> None:
    device = await made.sensor()

    async def dead(*, after: float, away: float = 1.0) -> None:
        await device.power_off()

    device.update_address = dead  # type: ignore[method-assign]
    old = made.listed
    done = await made.change(address=NEW)
    assert (done.verdict, done.code) == (Verdict.UNKNOWN, Code.NO_RETURN), done
    assert f"back at {old}" in done.advice
    assert made.listed == old
    [left] = made.harness.context.address_changes.every()
    assert (left.old, left.new) == (old, f"127.0.3.7:{device.port.number}")
    assert len(made.lan.searches) == 1


async def test_another_sensor_at_the_new_address_is_never_taken_for_it(made: AddressHarness) -> None:
    device = await made.sensor()
    move = device.update_address

    async def swapped(*, after: float, away: float = 1.0) -> None:
        await move(after=after, away=away)
        device.swap("99999999")

    device.update_address = swapped  # type: ignore[method-assign]
    old = made.listed
    done = await made.change(address=NEW)
    assert (done.verdict, done.code) == (Verdict.UNKNOWN, Code.OTHER_DEVICE), done
    assert "99999999" in done.message
    assert made.listed == old
    assert "POST WriteEeprom" not in paths(device)


async def test_another_sensor_that_answers_between_finding_and_saving_is_not_asked_to_save(
    made: AddressHarness,
) -> None:
    device = await made.sensor(
        faults=(Fault(name="other_sensor", at="EtherIPAddress", after=4, value="99999999"),)
    )
    done = await made.change(address=NEW)
    assert done.verdict is not Verdict.SUCCEEDED, done
    assert "POST WriteEeprom" not in paths(device)


async def test_a_sensor_that_applies_each_value_at_once_is_followed(made: AddressHarness) -> None:
    device = await made.sensor()
    original = device.parameters.write

    def at_once(name: str, value: object) -> None:
        original(name, value)
        if name == "EtherIPAddress":
            device.spawn(device.update_address(after=0.0))

    device.parameters.write = at_once  # type: ignore[method-assign]
    done = await made.change(address=NEW, gateway="127.0.3.254")
    assert done.verdict is Verdict.SUCCEEDED, done
    assert made.listed == device.address == done.place
    assert device.parameters.saved["EtherIPGateAddress"] == [127, 0, 3, 254]


@pytest.mark.parametrize("at", ["POST EtherIPAddress", "POST EthernetUpdate", "POST WriteEeprom"])
async def test_a_login_that_is_refused_late_leaves_nothing_half_done(made: AddressHarness, at: str) -> None:
    device = await made.sensor(faults=(Fault(name="http_503", at=at, value=401, times="always"),))
    done = await made.change(address=NEW)
    assert done.verdict in (Verdict.FAILED, Verdict.UNKNOWN), done
    assert nothing_saved(device)
    if at != "POST WriteEeprom":
        assert device.parameters.current["EtherIPAddress"] == UNCHANGED
        assert made.harness.context.address_changes.every() == ()
    else:
        assert device.address == made.listed == done.place
        assert "switch it off and on" in done.advice


@pytest.mark.parametrize(
    "fault",
    [
        Fault(name="cut_reply", at="POST EthernetUpdate", acts=True, fraction=0.0),
        Fault(name="http_503", at="POST EthernetUpdate", acts=True),
        Fault(name="http_503", at="POST EthernetUpdate", acts=True, value=401),
        Fault(name="html", at="POST EthernetUpdate", acts=True),
    ],
    ids=["no reply", "503", "401", "web page"],
)
async def test_whatever_the_update_answers_where_the_sensor_is_decides(
    made: AddressHarness, fault: Fault
) -> None:
    device = await made.sensor(faults=(fault,))
    done = await made.change(address=NEW)
    assert done.verdict is Verdict.SUCCEEDED, done
    assert paths(device).count("POST EthernetUpdate") == 1
    assert made.listed == device.address


async def test_a_save_without_effect_is_no_success(made: AddressHarness) -> None:
    device = await made.sensor()
    device.parameters.save = lambda: None  # type: ignore[method-assign]
    done = await made.change(address=NEW)
    assert done.verdict is Verdict.UNKNOWN, done
    assert "not known whether it has saved" in done.message
    assert len(made.harness.context.address_changes.every()) == 1


async def test_a_sensor_that_cannot_save_has_failed(made: AddressHarness) -> None:
    await made.sensor(hidden=("WriteEeprom", "PersistParameters"))
    done = await made.change(address=NEW)
    assert (done.verdict, done.code) == (Verdict.FAILED, Code.NOT_SUPPORTED), done


async def test_a_power_cycle_right_after_the_move_is_not_called_saved(made: AddressHarness) -> None:
    device = await made.sensor()
    save = device.parameters.save

    def cut() -> None:
        device.spawn(device.reboot())
        save()
        device.parameters.saved = dict(device.parameters.saved, EtherIPAddress=UNCHANGED)

    device.parameters.save = cut  # type: ignore[method-assign]
    done = await made.change(address=NEW)
    assert done.verdict is Verdict.UNKNOWN, done


async def test_a_flashing_sensor_is_left_alone(made: AddressHarness) -> None:
    device = await made.sensor(update_state=1)
    done = await made.change(address=NEW)
    assert (done.verdict, done.code, done.sent) == (Verdict.FAILED, Code.BUSY, False), done
    assert paths(device, "POST") == []


async def test_a_wrong_password_writes_nothing(made: AddressHarness) -> None:
    device = await made.sensor(password="another")
    made.harness.provoked = "checkCredentials"
    done = await made.change(address=NEW)
    assert (done.verdict, done.code, done.sent) == (Verdict.FAILED, Code.ACCESS_DENIED, False), done
    assert "POST EtherIPAddress" not in paths(device)


async def test_another_sensor_than_the_pinned_one_is_refused(made: AddressHarness) -> None:
    device = await made.sensor(pinned=True)
    device.swap("99999999")
    with pytest.raises(SicktuiError) as refusal:
        await made.plan(address=NEW)
    assert refusal.value.code is Code.OTHER_DEVICE


async def test_settings_that_changed_since_the_plan_are_not_overwritten(made: AddressHarness) -> None:
    device = await made.sensor()
    plan = await made.plan(address=NEW)
    device.parameters.current["EtherIPMask"] = [255, 255, 0, 0]
    done = await made.carry_out(plan)
    assert (done.verdict, done.code, done.sent) == (Verdict.FAILED, Code.BUSY, False), done


async def test_an_address_that_is_taken_is_refused(made: AddressHarness) -> None:
    device = await made.sensor()
    made.lan.taken[NEW] = "it answers a ping"
    with pytest.raises(SicktuiError, match="is in use: it answers a ping") as refusal:
        await made.plan(address=NEW)
    assert refusal.value.code is Code.OTHER_DEVICE
    made.lan.taken.clear()
    plan = await made.plan(address=NEW)
    made.lan.taken[NEW] = "it has come up since"
    done = await made.carry_out(plan)
    assert (done.code, done.sent) == (Code.OTHER_DEVICE, False)
    assert "POST EtherIPAddress" not in paths(device)


async def test_two_sensors_may_not_share_an_address(harness: EngineHarness, made: AddressHarness) -> None:
    device = await made.sensor()
    other = await harness.sensor(name="other", parameters={"EtherIPAddress": [127, 0, 3, 7]})
    await other.port.close(keep_number=False)
    other.port.number = device.port.number
    await other.port.open()
    with pytest.raises(SicktuiError, match=f"serial {other.serial}"):
        await made.plan(address=NEW)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"address": "127.0.3.255"}, "broadcast"),
        ({"address": "127.0.3.0"}, "network address"),
        ({"address": "224.0.0.5"}, "multicast"),
        ({"address": NO_GATEWAY}, "reserved"),
        ({"address": "255.255.255.255"}, "reserved"),
        ({"address": "10.0.0.256"}, "not an IPv4 address"),
        ({"address": "10.0.0.1", "mask": "255.0.255.0"}, "not a subnet mask"),
        ({"address": "10.0.0.1", "mask": "31"}, "no room"),
        ({"address": "10.0.0.1", "mask": "0"}, "too wide"),
        ({"address": "10.0.0.1", "gateway": "10.0.1.1"}, "not in its subnet"),
        ({"address": "10.0.0.1", "gateway": "10.0.0.1"}, "the sensor itself"),
        ({"address": "10.0.0.1", "gateway": "10.0.0.255"}, "broadcast"),
        ({"address": "10.0.0.1", "dhcp": True}, "--dhcp"),
    ],
)
async def test_what_no_sensor_can_have_is_refused(
    made: AddressHarness, request_: dict[str, Any], why: str
) -> None:
    device = await made.sensor()
    with pytest.raises(UsageError, match=why):
        await made.plan(**request_)
    assert paths(device, "POST") == []


async def test_a_loopback_address_is_for_simulated_sensors_only(made: AddressHarness) -> None:
    with pytest.raises(UsageError, match="this PC itself"):
        check_static(Ipv4Config(dhcp=False, address="127.0.3.7", mask="255.0.0.0"))


async def test_an_address_outside_the_subnets_needs_a_second_yes(made: AddressHarness) -> None:
    await made.sensor()
    assert (await made.plan(address=NEW)).outside == ""
    assert "in no subnet that this PC reaches" in (await made.plan(address="10.9.8.7")).outside


async def test_a_kill_between_apply_and_save_is_finished_by_the_next_command(made: AddressHarness) -> None:
    device = await made.sensor()
    plan = await made.plan(address=NEW)
    task = asyncio.ensure_future(made.carry_out(plan))
    while "POST EthernetUpdate" not in paths(device):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while device.port.host != NEW or not device.online:
        await asyncio.sleep(0.05)
    old = made.listed
    [left] = made.harness.context.address_changes.every()
    assert (left.old, left.stage) in ((old, "activate"), (old, "find"))
    assert "Set the address again" in left.words
    done = await made.change(address=NEW)
    assert done.verdict is Verdict.SUCCEEDED, done
    assert made.listed == device.address
    assert not nothing_saved(device)
    assert made.harness.context.address_changes.every() == ()


async def test_an_interruption_before_apply_takes_the_values_back(made: AddressHarness) -> None:
    device = await made.sensor(faults=(Fault(name="hang", at="POST EtherIPGateAddress"),))
    plan = await made.plan(address=NEW, gateway="127.0.3.254")
    task = asyncio.ensure_future(made.carry_out(plan))
    while device.parameters.current["EtherIPAddress"] == UNCHANGED:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert device.parameters.current["EtherIPAddress"] == UNCHANGED
    assert made.harness.context.address_changes.every() == ()


async def test_a_change_that_a_power_cycle_has_undone_is_forgotten(made: AddressHarness) -> None:
    device = await made.sensor()
    done = await _left_unsaved(made, device)
    assert done.verdict is Verdict.UNKNOWN
    lan, context = made.lan, made.harness.context
    made.harness.profile("gate", device)
    assert "is not finished" in (await read_address(context, made.target(), lan)).interrupted
    await device.reboot()
    made.harness.profile("gate", device)
    assert (await read_address(context, made.target(), lan)).interrupted == ""
    assert context.address_changes.every() == ()


async def _left_unsaved(made: AddressHarness, device: Device) -> AddressChanged:
    device.add_fault(Fault(name="http_503", at="POST WriteEeprom", times="always"))
    return await made.change(address=NEW)
