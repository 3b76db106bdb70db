"""The address of a simulated sensor is changed over REST: the good ways."""

import pytest

from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.network.addressing import NO_GATEWAY
from sicktui.simulator.spec import Fault
from tests.address.conftest import HOME, AddressHarness
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

WITH_ADDRESS = ("picoscan-2.2.1", "picoscan-2.3.3", "multiscan-2.4.2", "lrs4000-1.9.1", "multiscan200-1.1.0")


@pytest.fixture
def made(harness: EngineHarness) -> AddressHarness:
    return AddressHarness(harness)


@pytest.mark.parametrize("generation", WITH_ADDRESS)
async def test_a_sensor_moves_is_saved_from_there_and_the_list_follows(
    made: AddressHarness, generation: str
) -> None:
    device = await made.sensor(generation=generation)
    port = device.port.number
    done = await made.change(address="127.0.3.7", gateway="127.0.3.254")
    assert (done.verdict, done.code) == (Verdict.SUCCEEDED, None), done
    assert done.place == f"127.0.3.7:{port}" == device.address == made.listed
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 3, 7]
    assert device.parameters.saved["EtherIPGateAddress"] == [127, 0, 3, 254]
    asked = paths(device)
    wrote, applied, saved = (
        asked.index(name) for name in ("POST EtherIPAddress", "POST EthernetUpdate", "POST WriteEeprom")
    )
    assert wrote < applied < saved
    assert asked.count("POST EthernetUpdate") == 1
    assert made.stages == ["preflight", "write", "activate", "find", "persist"]
    assert made.harness.context.address_changes.every() == ()


async def test_what_is_the_same_is_not_written(made: AddressHarness) -> None:
    device = await made.sensor()
    await made.change(address="127.0.3.7")
    asked = paths(device, "POST")
    assert "POST EtherIPMask" not in asked
    assert "POST EtherAddressingMode" not in asked
    again = await made.change(address="127.0.3.7")
    assert again.verdict is Verdict.SUCCEEDED
    assert paths(device).count("POST EtherIPAddress") == 1
    assert paths(device).count("POST EthernetUpdate") == 1


async def test_a_power_cycle_before_the_save_undoes_it(made: AddressHarness) -> None:
    """The order of the guide: nothing is saved before the sensor has answered at its new address."""
    device = await made.sensor()
    old = device.address
    saved_from = []
    original = device.parameters.save

    def save() -> None:
        saved_from.append(device.address)
        original()

    device.parameters.save = save  # type: ignore[method-assign]
    await made.change(address="127.0.3.7")
    assert saved_from == [device.address]
    assert old not in saved_from


async def test_only_the_mask_or_the_gateway_changes(made: AddressHarness) -> None:
    device = await made.sensor()
    place = device.address
    done = await made.change(mask="255.255.0.0", gateway="127.0.77.1")
    assert (done.verdict, done.place) == (Verdict.SUCCEEDED, place), done
    assert device.parameters.saved["EtherIPMask"] == [255, 255, 0, 0]
    assert made.listed == place


async def test_a_gateway_outside_the_new_subnet_is_dropped_unless_it_is_asked_for(
    made: AddressHarness,
) -> None:
    device = await made.sensor()
    await made.change(address="127.0.3.7", gateway="127.0.3.254")
    plan = await made.plan(address="127.0.4.7")
    assert plan.wanted.gateway == NO_GATEWAY
    done = await made.carry_out(plan)
    assert done.verdict is Verdict.SUCCEEDED
    assert device.parameters.saved["EtherIPGateAddress"] == [0, 0, 0, 0]


async def test_dhcp_is_switched_on_and_off(made: AddressHarness) -> None:
    device = await made.sensor()

    def mode() -> object:
        return device.parameters.saved["EtherAddressingMode"]

    place = device.address
    done = await made.change(dhcp=True)
    assert (done.verdict, done.place) == (Verdict.SUCCEEDED, place), done
    assert mode() == 1
    back = await made.change(address="127.0.3.9")
    assert back.verdict is Verdict.SUCCEEDED
    assert mode() == 0
    assert made.listed == device.address


async def test_with_dhcp_the_sensor_is_found_where_the_network_shows_it(made: AddressHarness) -> None:
    device = await made.sensor(dhcp_address="127.0.3.90", parameters={**HOME, "EtherAddressingMode": 0})
    old = device.address
    made.lan.where = lambda: device.address if device.online and device.address != old else None
    done = await made.change(dhcp=True)
    assert (done.verdict, done.place) == (Verdict.SUCCEEDED, device.address), done
    assert made.listed == device.address != old
    assert made.lan.searches[0] == (device.serial, device.mac, old)


async def test_an_address_given_ad_hoc_leaves_the_list_alone(made: AddressHarness) -> None:
    device = await made.sensor(profile=False)
    target = made.harness.target(device)
    done = await made.change(target, address="127.0.3.7")
    assert done.verdict is Verdict.SUCCEEDED
    assert made.harness.context.devices().profiles == {}


async def test_profiles_that_pin_the_sensor_follow_and_others_of_its_address_do_not(
    made: AddressHarness,
) -> None:
    device = await made.sensor(pinned=True)
    old = device.address
    made.harness.profile("same", device, serial=device.serial)
    made.harness.profile("bench", device)
    done = await made.change(address="127.0.3.7")
    profiles = made.harness.context.devices().profiles
    assert [profiles[name].address == device.address for name in ("gate", "same", "bench")] == [
        True,
        True,
        False,
    ]
    assert profiles["bench"].address == old
    assert "gate, same" in done.message


async def test_a_sensor_without_its_address_in_the_api_is_refused(made: AddressHarness) -> None:
    await made.sensor(hidden=("EtherIPAddress",))
    with pytest.raises(SicktuiError, match="does not offer its address") as refusal:
        await made.plan(address="127.0.3.7")
    assert refusal.value.code is Code.NOT_SUPPORTED


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "lrs4000-1.9.1"])
async def test_what_it_does_without_a_dhcp_server_is_set_in_the_same_order(
    made: AddressHarness, generation: str
) -> None:
    device = await made.sensor(generation=generation)
    place = device.address
    before = device.parameters.current["EtherDHCPFallback"]
    plan = await made.plan(retries_dhcp=not before)
    assert (plan.wanted.dhcp, plan.wanted.address, plan.changes) == (False, "127.0.3.1", True)
    assert plan.wanted.words_beside(plan.state.config) != plan.state.config.words
    done = await made.carry_out(plan)
    assert (done.verdict, done.place) == (Verdict.SUCCEEDED, place), done
    assert device.parameters.saved["EtherDHCPFallback"] == int(not before)
    asked = paths(device, "POST")
    assert [name for name in asked if "Ether" in name] == ["POST EtherDHCPFallback", "POST EthernetUpdate"]
    assert asked.index("POST EthernetUpdate") < asked.index("POST WriteEeprom")
    assert not (await made.plan(retries_dhcp=not before)).changes
    both = await made.change(dhcp=True, retries_dhcp=bool(before))
    assert both.verdict is Verdict.SUCCEEDED, both
    assert device.parameters.saved["EtherDHCPFallback"] == before
    alone = await made.plan(retries_dhcp=not before)
    assert alone.wanted.dhcp, "what is not named stays"
    assert bool(alone.warnings) == (not before)


async def test_a_fallback_that_is_refused_or_not_taken_leaves_everything_as_it_was(
    made: AddressHarness,
) -> None:
    device = await made.sensor(faults=(Fault(name="status", at="POST EtherDHCPFallback", value=8),))
    before = dict(device.parameters.current)
    done = await made.change(address="127.0.3.7", retries_dhcp=True)
    assert done.verdict is Verdict.FAILED, done
    assert device.parameters.current == before
    assert "POST EthernetUpdate" not in paths(device)
    assert made.harness.context.address_changes.every() == ()


async def test_a_sensor_that_does_not_report_its_fallback_is_not_asked_to_change_it(
    made: AddressHarness,
) -> None:
    device = await made.sensor(hidden=("EtherDHCPFallback",))
    with pytest.raises(SicktuiError, match="does not report what it does without a DHCP server"):
        await made.plan(retries_dhcp=True)
    done = await made.change(address="127.0.3.7")
    assert done.verdict is Verdict.SUCCEEDED, done
    assert "POST EtherDHCPFallback" not in paths(device)
