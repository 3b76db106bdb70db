"""What is said of a change of an address that is open: under each name of the sensor, and as it is by now."""

import asyncio
from typing import Any

import pytest

from sicktui.engine.address.read import read_address
from sicktui.engine.doctor.addresses import address_checks
from sicktui.model.device import Profile, Target, resolve
from sicktui.model.enums import Verdict
from sicktui.model.errors import SicktuiError
from sicktui.simulator.device.device import Device
from sicktui.simulator.errors import ApiError
from sicktui.simulator.spec import Fault
from tests.address.conftest import HOME, AddressHarness
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

OLD, NEW = "127.0.3.1", "127.0.3.7"


@pytest.fixture
def made(harness: EngineHarness) -> AddressHarness:
    return AddressHarness(harness)


def ad_hoc(made: AddressHarness, address: str) -> Target:
    settings = made.harness.context.settings
    timing = made.target().timing
    return resolve(Profile(name=address, address=address), settings.device, timing, ad_hoc=True)


async def shown(made: AddressHarness, address: str | None = None) -> str:
    target = ad_hoc(made, address) if address else made.target()
    return (await read_address(made.harness.context, target, made.lan)).interrupted


def doctor(made: AddressHarness) -> str:
    [check] = address_checks(made.harness.context)
    return f"{check.message} {check.remedy}"


async def killed(made: AddressHarness, at: str) -> Device:
    """A sensor whose change was cut off after a request."""
    device = await made.sensor()
    task = asyncio.ensure_future(made.change(address=NEW))
    while at not in paths(device):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return device


async def moved(made: AddressHarness) -> Device:
    device = await killed(made, "POST EthernetUpdate")
    while device.port.host != NEW or not device.online:
        await asyncio.sleep(0.01)
    return device


async def test_after_a_kill_the_old_and_the_new_address_name_it_too(made: AddressHarness) -> None:
    device = await moved(made)
    port = device.port.number
    for address in (None, f"{OLD}:{port}", f"{NEW}:{port}"):
        assert f"from {OLD}:{port} to {NEW}:{port} was interrupted" in await shown(made, address), address
    await device.port.close()
    for address in (None, f"{OLD}:{port}", f"{NEW}:{port}"):
        with pytest.raises(SicktuiError) as silent:
            await shown(made, address)
        assert f"from {OLD}:{port} to {NEW}:{port} was interrupted" in silent.value.advice, address


async def test_another_sensor_at_the_old_address_is_shown_as_itself(made: AddressHarness) -> None:
    device = await moved(made)
    other = await made.harness.sensor(name="other", parameters=HOME)
    await other.port.close(keep_number=False)
    other.port.number = device.port.number
    await other.port.open()
    found = await read_address(made.harness.context, ad_hoc(made, other.address), made.lan)
    assert (found.identity.serial, found.interrupted) == (other.serial, "")
    assert device.serial != other.serial


async def test_what_has_saved_it_at_its_new_address_has_finished_it(made: AddressHarness) -> None:
    device = await moved(made)
    assert "Nothing is saved" in await shown(made)
    assert "Nothing is saved" in doctor(made)
    made.harness.profile("gate", device)
    device.parameters.save()
    assert await shown(made) == ""
    assert made.harness.context.address_changes.every() == ()


async def test_what_was_saved_before_it_was_applied_may_not_be_undone(made: AddressHarness) -> None:
    device = await made.sensor()
    write = device.parameters.write

    def stubborn(name: str, value: Any) -> None:
        if name == "EtherIPMask" or value == HOME["EtherIPAddress"]:
            raise ApiError(8)
        write(name, value)

    device.parameters.write = stubborn  # type: ignore[method-assign]
    done = await made.change(address=NEW, mask="255.255.0.0")
    assert "still has new values" in done.message
    for said in (await shown(made), doctor(made)):
        assert "ended before it was applied" in said
        assert "switch the sensor off and on" in said
    device.parameters.save()
    for said in (await shown(made), doctor(made)):
        assert "has saved its parameters since" in said
        assert "switch the sensor off and on" not in said


async def test_a_change_that_came_to_its_end_was_not_interrupted(made: AddressHarness) -> None:
    device = await made.sensor()
    device.add_fault(Fault(name="http_503", at="POST WriteEeprom", times="always"))
    done = await made.change(address=NEW)
    assert done.verdict is Verdict.UNKNOWN, done
    for said in (await shown(made), doctor(made)):
        assert "is not finished" in said
        assert "interrupted" not in said


async def forward(device: Device, host: str) -> asyncio.Server:
    """Make a sensor answer at another address of this PC, too."""

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(device.port.host, device.port.number)

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(1 << 16):
                sink.write(data)
            sink.close()

        await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))

    return await asyncio.start_server(through, host, device.port.number)


async def test_a_sensor_that_answers_at_both_addresses_is_said(made: AddressHarness) -> None:
    device = await made.sensor()
    port, original = device.port.number, device.update_address
    servers: list[asyncio.Server] = []

    async def update(*, after: float, away: float = 1.0) -> None:
        await original(after=after, away=away)
        servers.append(await forward(device, OLD))

    device.update_address = update  # type: ignore[method-assign]
    done = await made.change(address=NEW)
    assert done.verdict is Verdict.SUCCEEDED, done
    both = f"It answers at {NEW}:{port} and at {OLD}:{port} at once."
    assert both in done.message
    assert "two devices" in done.advice
    servers.pop().close()


async def test_an_open_change_names_both_addresses_where_the_sensor_answers(made: AddressHarness) -> None:
    device = await moved(made)
    port = device.port.number
    server = await forward(device, OLD)
    assert f"It answers at {OLD}:{port} and at {NEW}:{port} at once." in await shown(made)
    server.close()
