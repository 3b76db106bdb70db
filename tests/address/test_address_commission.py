"""New sensors get their addresses from a list by AutoIP: over the simulator's own AutoIP and REST."""

import asyncio
from collections.abc import Sequence

import pytest

from sicktui.engine.address.commission import Commissioned, commission
from sicktui.engine.address.this_pc import ThisPc
from sicktui.model.enums import Code, Verdict
from sicktui.model.network.addressing import NO_GATEWAY, Ipv4Config
from sicktui.model.network.commissioning import Entry
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.stores.disk.locks import sensor_lock
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

PORT = 48_310


class Plant:
    """Sensors out of the box that share 192.168.0.1, and what is said of them."""

    def __init__(self, harness: EngineHarness) -> None:
        self.harness = harness
        self.words: list[str] = []

    async def sensors(self, *specs: DeviceSpec) -> Sequence[Device]:
        fleet = await self.harness._stack.enter_async_context(Fleet(list(specs), time_scale=1.0, autoip=0))
        self.harness.fleets.append(fleet)
        return fleet.devices

    def lan(self) -> ThisPc:
        targets = []
        for device in self.harness.devices:
            assert device.autoip.address is not None
            targets.append(f"127.0.0.1:{device.autoip.address.rpartition(':')[2]}")
        return ThisPc(self.harness.context, targets=targets, broadcast=False)

    async def set_up(self, *entries: Entry, wait: float = 0.0) -> dict[str, Commissioned]:
        done = await commission(
            self.harness.context,
            entries,
            self.lan(),
            wait=wait,
            port=PORT,
            on_words=lambda entry, _stage, words: self.words.append(f"{entry.label}: {words}"),
            on_done=lambda _: None,
        )
        return {each.entry.label: each for each in done}


@pytest.fixture
def plant(harness: EngineHarness) -> Plant:
    return Plant(harness)


def new(name: str, **changes: object) -> DeviceSpec:
    """A sensor out of the box, just switched on."""
    defaults = {
        "name": name,
        "port": PORT,
        "shares_address": True,
        "powered_seconds": 1.0,
        "address_seconds": 2,
        "location": "not defined",
    }
    return DeviceSpec(**(defaults | changes))  # type: ignore[arg-type]


def entry(device: Device, number: int, **changes: object) -> Entry:
    config = Ipv4Config(dhcp=False, address=f"127.0.5.{number}", mask="255.255.255.0", gateway=NO_GATEWAY)
    defaults = {
        "mac": device.mac,
        "config": config,
        "name": f"gate-{number}",
        "tags": ("new",),
        "line": number,
    }
    return Entry(**(defaults | changes))  # type: ignore[arg-type]


async def test_six_sensors_that_share_an_address_are_set_up_one_by_one(plant: Plant) -> None:
    forms = ["binary", "xml"]
    devices = await plant.sensors(*(new(f"s{n}", serial=f"100{n}", autoip=forms[n % 2]) for n in range(6)))
    done = await plant.set_up(*(entry(device, n + 11) for n, device in enumerate(devices)), wait=20.0)
    assert {each.verdict for each in done.values()} == {Verdict.SUCCEEDED}, done
    profiles = plant.harness.context.devices().profiles
    for number, device in enumerate(devices, start=11):
        assert device.address == f"127.0.5.{number}:{PORT}" == profiles[f"gate-{number}"].address
        assert device.parameters.saved["EtherIPAddress"] == [127, 0, 5, number]
        assert device.parameters.saved["LocationName"] == f"gate-{number}"
        assert (profiles[f"gate-{number}"].serial, profiles[f"gate-{number}"].tags) == (
            device.serial,
            ("new",),
        )
    assert plant.harness.context.address_changes.every() == ()


async def test_a_serial_number_will_do_and_others_are_not_touched(plant: Plant) -> None:
    one, other = await plant.sensors(new("one", serial="1001"), new("other", serial="1002"))
    done = await plant.set_up(entry(one, 21, mac=None, serial="001001"), wait=10.0)
    assert done["gate-21"].verdict is Verdict.SUCCEEDED, done
    assert other.addressing.ipv4.address == "192.168.0.1"
    assert [
        each.command for each in other.autoip.requests if each.command == "set" and each.outcome != "ignored"
    ] == []


async def test_a_sensor_that_is_on_for_longer_is_waited_for_until_it_is_switched_on_again(
    plant: Plant,
) -> None:
    [device] = await plant.sensors(new("one", powered_seconds=600.0))
    waiting = plant.set_up(entry(device, 31), wait=60.0)

    async def cycle() -> None:
        await plant.harness.context.clock.sleep(8.0)
        await device.power_off()
        await plant.harness.context.clock.sleep(2.0)
        await device.power_on()

    device.spawn(cycle())
    done = await waiting
    assert done["gate-31"].verdict is Verdict.SUCCEEDED, (done, plant.words)
    assert any("switch it off and on" in words for words in plant.words)


async def test_a_sensor_that_never_takes_it_has_failed(plant: Plant) -> None:
    [device] = await plant.sensors(new("one", parameters={"EtherCoLaScanMode": 1}))
    done = await plant.set_up(entry(device, 41), wait=5.0)
    assert (done["gate-41"].verdict, done["gate-41"].code) == (Verdict.FAILED, Code.ACCESS_DENIED)
    assert device.addressing.ipv4.address == "192.168.0.1"
    assert plant.harness.context.devices().profiles == {}
    assert plant.harness.context.address_changes.every() == ()


async def test_a_sensor_that_is_never_heard_was_sent_nothing(plant: Plant) -> None:
    [device] = await plant.sensors(new("one"))
    done = await plant.set_up(entry(device, 51, mac="00:06:77:01:02:03"))
    assert (done["gate-51"].verdict, done["gate-51"].code) == (Verdict.FAILED, Code.UNREACHABLE)
    assert not done["gate-51"].sent
    assert {each.command for each in device.autoip.requests} == {"search"}


async def test_an_address_in_use_is_not_given_again(plant: Plant) -> None:
    one, other = await plant.sensors(
        new("one"), DeviceSpec(name="other", port=PORT, parameters={"EtherIPAddress": [127, 0, 5, 61]})
    )
    done = await plant.set_up(entry(one, 61))
    assert (done["gate-61"].verdict, done["gate-61"].code) == (Verdict.FAILED, Code.OTHER_DEVICE), done
    assert "Nothing was sent" in done["gate-61"].message
    assert "POST WriteEeprom" not in paths(other)


@pytest.mark.parametrize(
    ("powered", "sent"), [(600.0, True), (None, False)], ids=["asked before", "switched on later"]
)
async def test_an_address_that_another_device_gets_meanwhile_is_not_given(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, powered: float | None, *, sent: bool
) -> None:
    """As from a DHCP server: it was free when the list began, and the sensor is switched on minutes later."""
    [device] = await plant.sensors(new("one", powered_seconds=powered or 1.0))
    clock = plant.harness.context.clock
    if powered is None:
        await device.power_off()
    begun = clock.monotonic()

    async def occupant(_lan: ThisPc, host: str, _port: int, own: str | None = None) -> str:
        assert (host, own) == ("127.0.5.66", device.mac)
        is_late = clock.monotonic() - begun > 60.0
        return "a device with the MAC address 3c:ec:ef:01:02:03 answers ARP there" if is_late else ""

    async def cycle() -> None:
        await clock.sleep(80.0)
        await device.power_off()
        await device.power_on()

    monkeypatch.setattr(ThisPc, "occupant", occupant)
    waiting = asyncio.create_task(cycle())
    done = (await plant.set_up(entry(device, 66), wait=200.0))["gate-66"]
    await waiting
    assert (done.verdict, done.code) == (Verdict.FAILED, Code.OTHER_DEVICE), done
    assert "3c:ec:ef:01:02:03" in done.message
    assert ("Nothing more was sent" in done.message) == sent
    assert bool([each for each in device.autoip.requests if each.command == "set"]) == sent
    assert device.addressing.ipv4.address == "192.168.0.1"
    assert plant.harness.context.address_changes.every() == ()


@pytest.mark.parametrize("dies", [False, True], ids=["moves", "is switched off"])
async def test_a_lost_confirmation_is_no_failure(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, *, dies: bool
) -> None:
    [device] = await plant.sensors(new("one"))
    assign = ThisPc.assign

    async def lost(lan: ThisPc, mac: str, config: Ipv4Config, *, binary: bool) -> bool:
        await assign(lan, mac, config, binary=binary)
        if dies:
            await device.power_off()
        return False

    monkeypatch.setattr(ThisPc, "assign", lost)
    done = (await plant.set_up(entry(device, 67)))["gate-67"]
    if dies:
        assert (done.verdict, done.code) == (Verdict.UNKNOWN, Code.NO_RETURN), done
        assert "whether it does is not known" in done.message
        assert len(plant.harness.context.address_changes.every()) == 1
    else:
        assert done.verdict is Verdict.SUCCEEDED, done
    assert len([each for each in device.autoip.requests if each.command == "set"]) == 1


async def test_a_second_run_finishes_what_is_missing(plant: Plant) -> None:
    [device] = await plant.sensors(new("one", password="another"))
    plant.harness.provoked = "checkCredentials"
    first = (await plant.set_up(entry(device, 71), wait=5.0))["gate-71"]
    assert (first.verdict, first.code) == (Verdict.FAILED, Code.ACCESS_DENIED), first
    assert "answers at" in first.message
    assert len(plant.harness.context.address_changes.every()) == 1
    plant.harness.context.credentials.hold("gate-71", "Service", "another")
    plant.harness.provoked = "wrong response"
    again = (await plant.set_up(entry(device, 71)))["gate-71"]
    assert again.verdict is Verdict.SUCCEEDED, again
    assert device.parameters.saved["LocationName"] == "gate-71"


async def test_another_sensor_that_answers_as_it_is_not_taken_for_it(plant: Plant) -> None:
    [device] = await plant.sensors(new("one", serial="1001"))
    done = await plant.set_up(entry(device, 81, serial="9999"), wait=5.0)
    assert (done["gate-81"].verdict, done["gate-81"].code) == (Verdict.FAILED, Code.OTHER_DEVICE), done
    assert not done["gate-81"].sent
    device.add_fault(Fault(name="other_sensor", at="SerialNumber", value="9999"))
    moved = await plant.set_up(entry(device, 82), wait=5.0)
    assert (moved["gate-82"].verdict, moved["gate-82"].code) == (Verdict.UNKNOWN, Code.OTHER_DEVICE), moved
    assert plant.harness.context.devices().profiles == {}


@pytest.mark.parametrize("fault", ["autoip_set_ignored", "autoip_set_other"])
async def test_a_sensor_that_confirms_and_does_otherwise_is_reported_where_it_is(
    plant: Plant, fault: str
) -> None:
    value = "127.0.5.199" if fault == "autoip_set_other" else None
    [device] = await plant.sensors(new("one", faults=(Fault(name=fault, value=value),)))
    done = (await plant.set_up(entry(device, 95), wait=5.0))["gate-95"]
    assert (done.verdict, done.code) == (Verdict.UNKNOWN, Code.NO_RETURN), done
    assert f"finds it at {value or '192.168.0.1'} now" in done.message
    assert plant.harness.context.devices().profiles == {}


async def test_a_save_that_fails_is_no_success(plant: Plant) -> None:
    [device] = await plant.sensors(
        new("one", faults=(Fault(name="status", at="POST WriteEeprom", value=3, times="always"),))
    )
    done = await plant.set_up(entry(device, 91), wait=5.0)
    assert done["gate-91"].verdict in (Verdict.FAILED, Verdict.UNKNOWN), done
    assert "gate-91" in plant.harness.context.devices().profiles


async def test_a_sensor_that_flashes_or_is_worked_on_is_left_alone(plant: Plant) -> None:
    flashing, held = await plant.sensors(
        DeviceSpec(
            name="flashing",
            port=PORT,
            update_state=1,
            flash_seconds=900,
            powered_seconds=1.0,
            parameters={"EtherIPAddress": [127, 0, 5, 101]},
        ),
        new("held", serial="1005"),
    )
    lock = sensor_lock(plant.harness.context.home, "serial 1005", purpose="a test")
    lock.acquire()
    done = await plant.set_up(entry(flashing, 102), entry(held, 103))
    lock.release()
    for device, label in ((flashing, "gate-102"), (held, "gate-103")):
        assert (done[label].verdict, done[label].code) == (Verdict.FAILED, Code.BUSY), done
        assert not [each for each in device.autoip.requests if each.command == "set"]


async def test_without_a_name_only_a_profile_that_pins_the_sensor_follows(plant: Plant) -> None:
    one, other = await plant.sensors(new("one", serial="1001"), new("other", serial="1002"))
    plant.harness.profile("gate", one, serial="1001")
    done = await plant.set_up(entry(one, 111, name=None), entry(other, 112, name=None), wait=10.0)
    assert {each.verdict for each in done.values()} == {Verdict.SUCCEEDED}, done
    profiles = plant.harness.context.devices().profiles
    assert {name: profile.address for name, profile in profiles.items()} == {"gate": one.address}
    assert one.parameters.saved["LocationName"] == "not defined"
