"""A variable that neither identifies nor judges a sensor may fail in any way: nothing is refused for it."""

from collections.abc import Awaitable, Callable

import pytest

from sicktui.cli.actions.sensors.status import status_line
from sicktui.engine.authentication import check_login
from sicktui.engine.observe import Watch, observe
from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.parameters.write import find_me, read_parameter, write_parameter
from sicktui.model.enums import Verdict
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import detail_lines, details, plain
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSWORD

pytestmark = pytest.mark.skips_waiting

ODD = {
    "LocationName not UTF-8": Fault(name="invalid_utf8", at="GET LocationName"),
    "LocationName HTTP 500": Fault(name="http_503", at="GET LocationName", value=500),
    "LocationName not answered": Fault(name="hang", at="GET LocationName"),
    "LocationName is a web page": Fault(name="html", at="GET LocationName"),
    "OrderNumber status 3": Fault(name="status", at="GET OrderNumber", value=3),
    "DeviceType cut off": Fault(name="cut_reply", at="GET DeviceType"),
    "EtherMACAddress malformed": Fault(name="wrong_types", at="GET EtherMACAddress"),
    "OpHours not answered": Fault(name="hang", at="GET OpHours"),
    "PowerOnCnt cut off": Fault(name="cut_reply", at="GET PowerOnCnt"),
    "PowerOnCnt of another type": Fault(name="wrong_types", at="GET PowerOnCnt"),
    "SCdevicestate is nonsense": Fault(name="not_json", at="GET SCdevicestate"),
    "TSCRole status 3": Fault(name="status", at="GET TSCRole", value=3),
    "FirmwareVersion status 3": Fault(name="status", at="GET FirmwareVersion", value=3),
    "LFTchecksum is nonsense": Fault(name="wrong_types", at="GET LFTchecksum"),
}
SHOWN = ("LocationName", "OrderNumber", "DeviceType", "EtherMACAddress")
"""What every look reads, so that a person sees that it could not be read."""


@pytest.fixture(params=ODD)
async def odd(request: pytest.FixtureRequest, harness: EngineHarness) -> tuple[Device, str]:
    """A sensor with one odd variable, for ever, and that variable."""
    fault = ODD[request.param]
    if request.param.startswith("TSCRole"):  # one of those that are read last
        request.getfixturevalue("every_parameter")
    device = await harness.sensor(version="2.3.0.0R", faults=(Fault(**(_dict(fault) | {"times": "always"})),))  # type: ignore[arg-type]
    return device, request.param.split()[0]


def _dict(fault: Fault) -> dict[str, object]:
    return {"name": fault.name, "at": fault.at, "value": fault.value}


async def test_it_is_planned_and_updated(harness: EngineHarness, odd: tuple[Device, str]) -> None:
    _, name = odd
    [item] = await harness.plan(harness.package())
    assert item.may_go, item
    if name in SHOWN:
        assert f"{name} cannot be read: " in item.message
        assert any(name in warning for warning in item.warnings)
    verdict = await harness.verdict(harness.package())
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


async def test_it_is_backed_up_and_restored(harness: EngineHarness, odd: tuple[Device, str]) -> None:
    device, _ = odd
    verdict = await harness.backup(device)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    restored = await harness.restore(device, str(verdict.backup))
    assert restored.verdict is Verdict.SUCCEEDED, restored.message


async def test_status_shows_the_reason(harness: EngineHarness, odd: tuple[Device, str]) -> None:
    device, name = odd
    seen = await observe(harness.context, harness.target(device))
    assert (seen.reachable, seen.problem, seen.code) == (True, "", "")
    assert seen.identity is not None
    assert seen.identity.serial == device.serial
    line = status_line(seen, "2026-11-29T00:00:00.000Z")
    if name in (*SHOWN, "PowerOnCnt"):
        assert f"{name} cannot be read: " in line.message
        assert "something else seems to answer" not in line.message
    else:
        assert line.message == ""


async def test_the_dashboard_shows_the_reason(harness: EngineHarness, odd: tuple[Device, str]) -> None:
    device, name = odd
    target = harness.target(device)
    board, glyphs = DashboardState(harness.context.clock), UNICODE
    board.set_devices({}, {target.device: target})
    board.observed(await observe(harness.context, target))
    [row] = board.all_device_rows()
    assert not row.problem
    assert (row.location == "unreadable") is (name == "LocationName")
    texts = (
        plain(details(board, target.device, glyphs)),
        plain(detail_lines(board, target.device, glyphs, 400, 4)),
    )
    if name in (*SHOWN, "PowerOnCnt"):
        assert all(f"{name} cannot be read: " in text for text in texts)


async def test_every_other_command_works(harness: EngineHarness, odd: tuple[Device, str]) -> None:
    device, name = odd
    context, target = harness.context, harness.target(device)
    context.credentials.hold(target.device, target.user, PASSWORD)
    commands: dict[str, Callable[[], Awaitable[object]]] = {
        "login": lambda: check_login(context, target, PASSWORD),
        "find-me": lambda: find_me(context, target, 5),
        "set": lambda: write_parameter(context, target, "AutoStartMeasure", False),  # noqa: FBT003
        "get": lambda: read_parameter(context, target, "AutoStartMeasure"),
        "diff": lambda: snapshot_now(context, target),
    }
    if name == "LocationName":
        commands["set"] = lambda: read_parameter(context, target, "SerialNumber")
    for command in commands.values():
        await command()


async def test_what_could_not_be_read_once_is_read_again(harness: EngineHarness) -> None:
    device = await harness.sensor(
        location="gate 7", faults=(Fault(name="invalid_utf8", at="GET LocationName", times=1),)
    )
    watch = Watch(harness.context, harness.target(device))
    first, second = await watch.look(), await watch.look()
    await watch.aclose()
    assert first.identity is not None
    assert second.identity is not None
    assert (first.identity.location, second.identity.location) == (None, "gate 7")
    assert "LocationName" in first.remarks
    assert second.remarks == ""


async def test_only_what_identifies_or_judges_refuses(harness: EngineHarness) -> None:
    for number, at in enumerate(("GET DeviceIdent", "GET SerialNumber", "GET UpdateState")):
        faults = (Fault(name="invalid_utf8", at=at, times="always"),)
        device = await harness.sensor(name=f"gate-{number}", faults=faults)
        [item] = await harness.plan(harness.package(), words=[device.address])
        assert not item.may_go, at
