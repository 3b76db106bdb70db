"""What SICK's LiDAR Developer Guide says of updates, on simulated sensors: the plan's warnings, and proof."""

import pytest
from msgspec import structs

from sicktui.engine.observe import observe
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.event import Logged, Noticed
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Timing
from sicktui.simulator import Device
from sicktui.simulator.device import variables
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting


async def message_of(harness: EngineHarness, *, device_status: int = 3, **values: int) -> str:
    await harness.sensor(version="2.3.0.0R", device_status=device_status, parameters=values)
    [item] = await harness.plan(harness.package())
    assert item.may_go, item
    assert all(warning in item.message for warning in item.warnings)
    return item.message


@pytest.mark.parametrize(
    ("mode", "fallback", "warned"), [(1, 1, True), (1, 0, False), (0, 1, False), (0, 0, False)]
)
async def test_a_dhcp_sensor_that_retries_may_never_come_up(
    harness: EngineHarness, mode: int, fallback: int, *, warned: bool
) -> None:
    message = await message_of(harness, EtherAddressingMode=mode, EtherDHCPFallback=fallback)
    assert ("EtherDHCPFallback 1" in message) is warned


@pytest.mark.parametrize(("role", "warned"), [(0, True), (1, False), (3, False)])
async def test_a_clock_set_by_hand_is_lost(harness: EngineHarness, role: int, *, warned: bool) -> None:
    assert ("TSCRole 0" in await message_of(harness, TSCRole=role)) is warned


@pytest.mark.parametrize(("role", "proven"), [(0, True), (1, False)])
async def test_a_clock_that_started_again_in_1970_alone_proves_a_reboot(
    harness: EngineHarness, role: int, *, proven: bool
) -> None:
    """Nothing else counts here, and the version stays. A synchronised clock is right after a reboot, too."""
    device = await harness.sensor(
        version="2.4.0.0R",
        hidden=("PowerOnCnt", "DailyOpHours", "LFTchecksum"),
        parameters={"TSCRole": role},
    )
    view = await harness.update(harness.package("2.4.0.0R"), UpdateOptions(force=True))
    verdict = only_verdict(view)
    assert device.power_on_count == 43
    expected = (Verdict.SUCCEEDED, None) if proven else (Verdict.UNKNOWN, Code.NO_RETURN)
    assert (verdict.verdict, verdict.code) == expected, verdict.message
    said = [event.known.proof for event in harness.events(view.run) if isinstance(event, Noticed)]
    assert any("its clock started again in 1970" in text for text in said) is proven


async def test_a_sensor_that_is_busy_may_have_a_cola_login(harness: EngineHarness) -> None:
    assert "logged in over CoLa" in await message_of(harness, device_status=1)


async def test_the_plan_names_a_wrong_clock_of_this_pc(harness: EngineHarness) -> None:
    device = await harness.sensor(version="2.3.0.0R")
    record = await harness.backed_up(device)
    [item] = await harness.plan(harness.package())
    assert "clock of this PC" not in item.message
    future = structs.replace(record, created="2099-01-01T00:00:00.000Z")
    harness.context.backups.list = lambda *_: [future]  # type: ignore[method-assign]
    [item] = await harness.plan(harness.package())
    assert "clock of this PC is behind the last backup" in item.message


@pytest.mark.parametrize(
    ("serial", "target", "hidden", "code"),
    [
        ("26320001", "2.3.1.0R", (), Code.PACKAGE_UNSUITABLE),
        ("26320001", "2.3.3.0R", (), None),
        ("26310001", "2.3.1.0R", (), None),
        ("26320001", "2.3.1.0R", ("SerialNumber",), None),
    ],
)
async def test_a_sensor_of_late_2026_runs_new_firmware_only(
    harness: EngineHarness, serial: str, target: str, hidden: tuple[str, ...], code: Code | None
) -> None:
    await harness.sensor(version="2.3.0.0R", serial=serial, hidden=hidden)
    [item] = await harness.plan(harness.package(target))
    assert item.reason is code, item


@pytest.mark.parametrize("name", ["laserType", "sipmType"])
@pytest.mark.parametrize(
    ("code", "target", "refusal"),
    [(1, "2.3.0.0R", Code.PACKAGE_UNSUITABLE), (1, "2.3.1.0R", None), (0, "2.3.0.0R", None)],
)
async def test_a_sensor_with_the_new_frontend_runs_new_firmware_only(
    harness: EngineHarness,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    code: int,
    target: str,
    refusal: Code | None,
) -> None:
    monkeypatch.setitem(variables._READERS, name, lambda _: code)
    await harness.sensor(version="2.2.1.0R", generation="picoscan-2.3.3")
    [item] = await harness.plan(harness.package(target))
    assert item.reason is refusal, item


async def test_a_sensor_in_service_mode_while_it_flashes_is_healthy_after_it(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DeviceStatus 2 during a flash is normal."""
    asked: list[str] = []

    def in_service(device: Device) -> int:
        asked.append(device.phase)
        return 2 if device.phase in ("flashing", "finished") else 3

    monkeypatch.setattr(Device, "device_status", property(in_service))
    await harness.sensor(version="2.3.0.0R")
    verdict = await harness.verdict(harness.package())
    assert (verdict.verdict, verdict.advice) == (Verdict.SUCCEEDED, ""), verdict.message


async def test_a_return_after_2_to_5_minutes_is_normal_and_only_later_than_the_article(
    harness: EngineHarness,
) -> None:
    late_one = Fault(name="slow_return", seconds=290.0)
    await harness.sensor(version="2.3.0.0R", faults=(late_one,), time_scale=1.0)
    harness.settings(**structs.asdict(Timing()))
    view = await harness.update(harness.package())
    verdict = only_verdict(view)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    log = [event.message for event in harness.events(view.run) if isinstance(event, Logged)]
    late = [line for line in log if "later than SICK's article" in line]
    assert len(late) == 1
    assert "2 to 5 minutes; this run waits up to 600 s." in late[0]


async def test_a_calibration_that_moved_is_a_red_flag(harness: EngineHarness) -> None:
    moved = Fault(name="calibration_moves", when="updated", times="always")
    await harness.sensor(version="2.3.0.0R", faults=(moved,))
    verdict = await harness.verdict(harness.package())
    assert verdict.verdict is Verdict.SUCCEEDED
    assert "Its calibration changed (MD5Calibration)" in verdict.message
    assert "Do not rely on its measurements" in verdict.advice


@pytest.mark.parametrize("before", [False, True])
async def test_a_failed_check_of_its_checksums_is_a_red_flag(harness: EngineHarness, before: bool) -> None:
    fails = Fault(name="checksum_fails", when=None if before else "updated", times="always")
    await harness.sensor(version="2.3.0.0R", faults=(fails,))
    verdict = await harness.verdict(harness.package())
    assert verdict.verdict is Verdict.SUCCEEDED
    assert "One of its areas fails its own check (LFTchecksum reports MD5SumOK false)" in verdict.message
    assert ("as it did before the update" in verdict.message) is before
    assert "Do not rely on its measurements" in verdict.advice


async def test_a_calibration_that_stays_is_no_flag(harness: EngineHarness) -> None:
    device = await harness.sensor(version="2.3.0.0R")
    verdict = await harness.verdict(harness.package())
    assert "calibration" not in verdict.message.lower()
    assert "MD5SumOK" not in verdict.message
    assert verdict.advice == ""
    assert paths(device).count("GET LFTchecksum") >= 2, "before the update and after it"


@pytest.mark.parametrize("fault", ["invalid_utf8", "status", "html"])
async def test_a_sensor_whose_serial_is_unreadable_afterwards_is_known_by_its_mac(
    harness: EngineHarness, fault: str
) -> None:
    odd = Fault(name=fault, at="GET SerialNumber", when="updated", times="always")
    device = await harness.sensor(version="2.3.0.0R", faults=(odd,))
    verdict = await harness.verdict(harness.package())
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    known = f"It no longer reports its serial number and was identified by its MAC address {device.mac}."
    assert known.lower() in verdict.message.lower()


async def test_checksums_prove_a_flash_where_power_cycles_are_not_counted(harness: EngineHarness) -> None:
    """PowerOnCnt stays, so the silence and the checksums must do."""
    hidden = ("DailyOpHours", "LSPdatetime")
    await harness.sensor(version="2.3.0.0R", hidden=hidden, faults=(Fault(name="power_on_not_counted"),))
    verdict = await harness.verdict(harness.package(), UpdateOptions(force=True))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (2, 1, "service mode) is normal during an update"),
        (1, 0, "logged in over CoLa"),
        (3, 1, ""),
        (3, 0, ""),
    ],
)
async def test_a_look_explains_a_state_that_is_not_good(
    harness: EngineHarness, status: int, state: int, words: str
) -> None:
    device = await harness.sensor(device_status=status, update_state=state, flash_seconds=900.0)
    seen = await observe(harness.context, harness.target(device))
    assert not seen.problem
    assert words in seen.remarks
    assert bool(seen.remarks) is bool(words)
