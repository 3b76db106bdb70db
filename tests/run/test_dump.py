"""Diagnosis files: fetched whole and new, or an error in words; never half a file under its final name."""

import asyncio
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sicktui.engine.dump import Dump, take_dump
from sicktui.engine.plan.base import lock_of
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.simulator.device.files.diagnosis import DiagnosisDump
from sicktui.simulator.spec import Fault
from sicktui.stores import dumps
from sicktui.stores.disk.files import POSIX_MODES
from sicktui.stores.dumps import zip_problem
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

WITH_DUMP = ["firmware-article", "auth-article", "picoscan-2.2.1", "picoscan-2.3.3", "multiscan-2.4.2"]


async def take(harness: EngineHarness, folder: Path, seen: list[object] | None = None) -> Dump:
    told: list[object] = [] if seen is None else seen
    return await take_dump(
        harness.context,
        harness.target(harness.fleet.devices[0]),
        folder,
        on_stage=told.append,
        on_bytes=lambda sent, total: told.append((sent, total)),
    )


async def refused(harness: EngineHarness, folder: Path) -> SicktuiError:
    """How it fails, and that nothing is left of it."""
    with pytest.raises(SicktuiError) as caught:
        await take(harness, folder)
    assert not folder.exists() or list(folder.iterdir()) == []
    assert caught.value.message
    assert caught.value.advice
    return caught.value


@pytest.mark.parametrize("generation", WITH_DUMP)
async def test_every_generation(harness: EngineHarness, tmp_path: Path, generation: str) -> None:
    device = await harness.sensor(generation=generation, dump_key="Successfull")
    seen: list[object] = []
    taken = await take(harness, tmp_path / "out", seen)
    assert zipfile.ZipFile(taken.path).testzip() is None
    assert taken.record.fresh
    assert taken.record.bytes == taken.path.stat().st_size
    assert [stage for stage in seen if isinstance(stage, str)] == ["create", "download", "store"]
    assert seen[-2] == (taken.record.bytes, taken.record.bytes)
    assert paths(device).index("GET UpdateState") < paths(device).index("POST DoDiagnosisDump")
    described = json.loads(taken.path.with_suffix(".json").read_bytes())
    assert described["identity"]["serial"] == device.serial
    assert described["sha256"] == taken.record.sha256
    if POSIX_MODES:
        for path in (taken.path, taken.path.with_suffix(".json")):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(list(taken.path.parent.iterdir())) == 2


async def test_a_second_one_is_another_file(harness: EngineHarness, tmp_path: Path) -> None:
    await harness.sensor()
    first, second = await take(harness, tmp_path), await take(harness, tmp_path)
    assert first.path != second.path
    assert first.record.sha256 != second.record.sha256
    assert first.path.exists()


@pytest.mark.parametrize("reply", ["at_once", "at_the_end"])
async def test_one_that_takes_longer_than_a_request_may(
    harness: EngineHarness, tmp_path: Path, reply: str
) -> None:
    device = await harness.sensor(dump_seconds=300.0 if reply == "at_the_end" else 500.0, dump_reply=reply)
    taken = await take(harness, tmp_path)
    assert taken.record.fresh
    assert paths(device).count("POST DoDiagnosisDump") == 1


async def test_an_earlier_file_is_not_taken_for_the_new_one(harness: EngineHarness, tmp_path: Path) -> None:
    device = await harness.sensor(dump_reply="at_once", dump_seconds=200.0)
    old = await take(harness, tmp_path)
    new = await take(harness, tmp_path)
    assert new.record.sha256 != old.record.sha256
    assert new.record.fresh
    assert paths(device).count("GET crown/file") == 2


async def test_a_timestamp_that_stands_still_is_not_called_new(
    harness: EngineHarness, tmp_path: Path
) -> None:
    device = await harness.sensor()
    await take(harness, tmp_path)
    device.dump.stands_still = True
    assert not (await take(harness, tmp_path)).record.fresh


async def test_without_information_nothing_is_called_new(harness: EngineHarness, tmp_path: Path) -> None:
    await harness.sensor(hidden=("GetDiagnosisDumpInfo",))
    assert not (await take(harness, tmp_path)).record.fresh


async def test_a_reply_without_a_result_is_settled_by_the_information(
    harness: EngineHarness, tmp_path: Path
) -> None:
    await harness.sensor(dump_key="None")
    assert (await take(harness, tmp_path)).record.fresh


async def test_a_failure_names_the_documented_cause(harness: EngineHarness, tmp_path: Path) -> None:
    await harness.sensor(dump_fails=True)
    error = await refused(harness, tmp_path / "out")
    assert "moving average" in error.advice


async def test_a_family_that_cannot_hand_it_out_is_not_asked(harness: EngineHarness, tmp_path: Path) -> None:
    device = await harness.sensor(generation="lrs4000-1.9.1")
    error = await refused(harness, tmp_path / "out")
    assert error.code is Code.NOT_SUPPORTED
    assert "POST DoDiagnosisDump" not in paths(device)


async def test_a_sensor_without_it_says_so(harness: EngineHarness, tmp_path: Path) -> None:
    await harness.sensor(hidden=("DoDiagnosisDump", "GetDiagnosisDumpInfo"))
    assert (await refused(harness, tmp_path / "out")).code is Code.NOT_SUPPORTED


async def test_a_flashing_sensor_is_left_alone(harness: EngineHarness, tmp_path: Path) -> None:
    device = await harness.sensor(update_state=1, flash_seconds=1000.0)
    assert (await refused(harness, tmp_path / "out")).code is Code.BUSY
    assert "POST DoDiagnosisDump" not in paths(device)


async def test_a_sensor_in_a_run_is_left_alone(harness: EngineHarness, tmp_path: Path) -> None:
    device = await harness.sensor()
    with lock_of(harness.context.home, harness.target(device), None):
        assert (await refused(harness, tmp_path / "out")).code is Code.BUSY
    assert "POST DoDiagnosisDump" not in paths(device)


async def test_a_wrong_password_is_tried_once(harness: EngineHarness, tmp_path: Path) -> None:
    harness.provoked = "wrong response"
    device = await harness.sensor(password="another one")
    assert (await refused(harness, tmp_path / "out")).code is Code.ACCESS_DENIED
    assert len([name for name in paths(device, "POST") if name != "POST getChallenge"]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(name="html", at="GET file", times="always"),
        Fault(name="cut_reply", at="GET file", times="always"),
        Fault(name="http_503", at="GET file", times="always"),
        Fault(name="hang", at="GET file", times="always"),
        Fault(name="not_json", at="GET file", times="always"),
        Fault(name="redirect", at="GET file", times="always"),
    ],
    ids=lambda fault: fault.name,
)
async def test_a_file_that_does_not_come_is_an_error_and_no_file(
    harness: EngineHarness, tmp_path: Path, fault: Fault
) -> None:
    await harness.sensor(faults=(fault,))
    await refused(harness, tmp_path / "out")


@pytest.mark.parametrize("name", ["html", "cut_reply", "not_json", "hang"])
async def test_one_bad_download_is_tried_again(harness: EngineHarness, tmp_path: Path, name: str) -> None:
    await harness.sensor(faults=(Fault(name=name, at="GET file", times=1),))
    assert (await take(harness, tmp_path)).path.exists()


@pytest.mark.parametrize("name", ["html", "cut_reply", "not_json", "hang"])
async def test_an_odd_answer_to_the_order_is_settled_by_the_information(
    harness: EngineHarness, tmp_path: Path, name: str
) -> None:
    device = await harness.sensor(faults=(Fault(name=name, at="POST DoDiagnosisDump", acts=True),))
    assert (await take(harness, tmp_path)).record.fresh
    assert paths(device).count("POST DoDiagnosisDump") == 1


async def test_a_file_without_end_is_cut_off(
    harness: EngineHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sicktui.engine.dump.MAX_DUMP", 200_000)
    await harness.sensor(dump_size=300_000)
    error = await refused(harness, tmp_path / "out")
    assert "larger than" in error.message


async def test_a_lost_sensor_is_an_error_in_time(harness: EngineHarness, tmp_path: Path) -> None:
    device = await harness.sensor(dump_seconds=20.0)
    taking = asyncio.create_task(refused(harness, tmp_path / "out"))
    while "POST DoDiagnosisDump" not in paths(device):
        await asyncio.sleep(0.01)
    await device.power_off()
    error = await taking
    assert "diagnosis file" in error.message or "cannot be reached" in error.message


@pytest.mark.parametrize(
    "at", ["POST DoDiagnosisDump", "POST GetDiagnosisDumpInfo", "GET file"], ids=["order", "wait", "download"]
)
async def test_the_file_of_another_sensor_is_not_kept(
    harness: EngineHarness, tmp_path: Path, at: str
) -> None:
    harness.provoked = "a nonce that this device never issued"  # the other sensor does not know it
    swapped = Fault(name="other_sensor", at=at)
    await harness.sensor(dump_reply="at_once", dump_seconds=100.0, faults=(swapped,))
    error = await refused(harness, tmp_path / "out")
    assert error.code is Code.OTHER_DEVICE
    assert "99999999" in error.message


async def test_a_sensor_that_is_silent_after_the_download_is_asked_again(
    harness: EngineHarness, tmp_path: Path
) -> None:
    """It may have restarted, and who it is must be known."""
    device = await harness.sensor(faults=(Fault(name="link_lost", at="GET file", seconds=100.0),))
    taken = await take(harness, tmp_path / "out")
    assert taken.path.exists()
    assert paths(device)[-1] == "GET SerialNumber"


@pytest.mark.parametrize("kind", [str, float, lambda _: None, lambda made: {"seconds": made}])
async def test_a_timestamp_of_an_odd_type_costs_no_file(
    harness: EngineHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[int], object]
) -> None:
    info = DiagnosisDump.info

    async def odd(dump: DiagnosisDump, data: dict[str, object]) -> dict[str, object]:
        said = await info(dump, data)
        return said | {"DiagDumpTimestamp": kind(int(str(said["DiagDumpTimestamp"])))}

    monkeypatch.setattr(DiagnosisDump, "info", odd)
    await harness.sensor()
    await take(harness, tmp_path / "earlier")
    taken = await take(harness, tmp_path / "out")
    assert taken.record.sensor_timestamp is None
    assert taken.record.fresh is (kind(0) is not None), "two that differ show a new file, whatever they are"


async def test_a_full_disk_leaves_nothing(
    harness: EngineHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dumps, "publish", full)
    await harness.sensor()
    error = await refused(harness, tmp_path / "out")
    assert error.code is Code.STORAGE_ERROR


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("a", b"x" * 1000)
        zipped.comment = b"PK"
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (archive(), True),
        (b"PK\x05\x06" + bytes(18), True),
        (archive()[:-1], False),
        (archive()[:500], False),
        (archive() + b"more", False),
        (archive().replace(b"xxx", b"xyx", 1), False),
        (archive().replace(b"\x01\x02\x14", b"\x01\x02\xff", 1), True),
        (b"", False),
        (b"PK", False),
        (b"{}", False),
        (b"<html>", False),
        (b"PK\x03\x04" + b"PK\x05\x06", False),
    ],
    ids=[
        "whole",
        "empty zip",
        "a byte short",
        "half",
        "more",
        "damaged",
        "newer",
        "nothing",
        "2 bytes",
        "json",
        "page",
        "marks",
    ],
)
def test_a_whole_zip_is_known(tmp_path: Path, content: bytes, whole: bool) -> None:
    path = tmp_path / "file.zip"
    path.write_bytes(content)
    assert (zip_problem(path) == "") is whole
