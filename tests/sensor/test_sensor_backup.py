"""Parameter backups: made, fetched whole, brought back."""

import asyncio
import hashlib
import json
import os
from pathlib import Path

import pytest

from sicktui.model.backup.evidence import Result
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.restore.observations import RestoreReply
from sicktui.sensor.api.backups import RESTORE_WORDS
from sicktui.sensor.api.transfers import Downloaded
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    LocalFileError,
    NotSupported,
    OutcomeUnknown,
    OutOfConnections,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadRefused,
)
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import (
    NOT_FOUND,
    TOKEN,
    ScriptedSensor,
    Seen,
    hang_up,
    html,
    http,
    if_proven,
    refused,
    reply,
    take_then,
)
from tests.support.ports import closed_port

pytestmark = pytest.mark.skips_waiting

LIMIT = 1024 * 1024
FILE = bytes(range(256)) * 300
BINARY = "application/octet-stream"


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "backup.part"


# -- making -----------------------------------------------------------------------------------


async def test_a_backup_is_created_with_its_passphrase(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST CreateParameterBackup", if_proven(reply()))
    await connect().backups.create("pass")
    assert challenging.last("POST CreateParameterBackup").json["data"] == {"Passphrase": "pass"}


@pytest.mark.parametrize("data", [{"Result": False}, {"CreateParameterBackup": {"Result": False}}])
async def test_a_backup_that_the_sensor_could_not_create_is_an_error(
    challenging: ScriptedSensor, connect: MakeSensor, data: dict[str, object]
) -> None:
    challenging.on("POST CreateParameterBackup", reply(data))
    with pytest.raises(DeviceError) as caught:
        await connect().backups.create("")
    assert "Result false" in caught.value.message


async def test_a_result_of_the_wrong_type_is_a_protocol_error(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST CreateParameterBackup", reply({"Result": "yes"}))
    with pytest.raises(ProtocolError):
        await connect().backups.create("")


async def test_a_passphrase_that_is_too_long_is_not_sent(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    with pytest.raises(UsageError) as caught:
        await connect().backups.create("geheim" * 50)
    assert "geheim" not in str(caught.value)
    assert challenging.seen == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"Status": 0}, Result(finished=False, ok=True)),
        ({"Status": 0, "Result": False}, Result(finished=False, ok=False)),
        ({"Status": 1, "Result": True}, Result(finished=True, ok=True)),
        ({"Status": 1, "Result": False}, Result(finished=True, ok=False)),
        (
            {"CreateParameterBackupResult": {"Status": 1, "Result": True}},
            Result(finished=True, ok=True),
        ),
    ],
)
async def test_the_result_of_a_backup(
    device: ScriptedSensor, connect: MakeSensor, data: dict[str, object], status: Result
) -> None:
    device.on("GET CreateParameterBackupResult", reply(data))
    assert await connect().backups.create_status() == status


async def test_a_sensor_that_tells_no_result_is_asked_once(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    assert await sensor.backups.create_status() is None
    assert await sensor.backups.create_status() is None
    assert len(device.seen) == 1


@pytest.mark.parametrize(
    "data", [{}, {"Status": "1"}, {"Status": True}, {"Status": 1, "Result": 1}], ids=repr
)
async def test_a_result_that_makes_no_sense_is_a_protocol_error(
    device: ScriptedSensor, connect: MakeSensor, data: dict[str, object]
) -> None:
    device.on("GET CreateParameterBackupResult", reply(data))
    with pytest.raises(ProtocolError):
        await connect().backups.create_status()


# -- fetching ---------------------------------------------------------------------------------


async def test_a_backup_is_fetched_whole(challenging: ScriptedSensor, connect: MakeSensor, to: Path) -> None:
    challenging.on("GET parameterbackup", http(200, FILE, content_type=BINARY + "; charset=x"))
    assert await connect().backups.download(to, LIMIT) == Downloaded(
        size=len(FILE), sha256=hashlib.sha256(FILE).hexdigest(), content_type=BINARY
    )
    assert to.read_bytes() == FILE
    assert challenging.last("GET parameterbackup").headers["x-session-token"] == TOKEN
    if os.name == "posix":
        assert to.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "file",
    [
        json.dumps({"version": "2.2.1", "parameters": []}).encode(),
        json.dumps({"header": {"status": 0}, "data": {}}).encode(),
        json.dumps({"header": "text"}).encode(),
        b"[1, 2]",
        b"{",
        b"x",
    ],
    ids=repr,
)
async def test_a_backup_may_be_json(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path, file: bytes
) -> None:
    challenging.on("GET parameterbackup", http(200, file))
    await connect().backups.download(to, LIMIT)
    assert to.read_bytes() == file


async def test_a_sensor_without_tokens_is_asked_without(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path
) -> None:
    challenging.on("POST CreateSessionToken", NOT_FOUND)
    challenging.on("GET parameterbackup", http(200, FILE, content_type=BINARY))
    await connect().backups.download(to, LIMIT)
    assert "x-session-token" not in challenging.last("GET parameterbackup").headers


@pytest.mark.parametrize("refusal", [http(401), http(403), html(403), refused(4)], ids=repr)
async def test_a_refused_token_is_renewed_once(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path, refusal: bytes
) -> None:
    challenging.on("POST CreateSessionToken", reply({"token": "old"}), reply({"token": "new"}))
    challenging.on("GET parameterbackup", refusal, http(200, FILE, content_type=BINARY))
    await connect().backups.download(to, LIMIT)
    assert challenging.last("GET parameterbackup").headers["x-session-token"] == "new"


async def test_a_token_that_stays_refused_is_access_denied(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path
) -> None:
    challenging.on("GET parameterbackup", http(403))
    with pytest.raises(AccessDenied):
        await connect().backups.download(to, LIMIT)
    assert challenging.asked().count("GET parameterbackup") == 2
    assert not to.exists()


async def test_a_wrong_password_is_not_tried_twice_for_a_download(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path
) -> None:
    with pytest.raises(AccessDenied):
        await connect(password="wrong").backups.download(to, LIMIT)
    assert challenging.asked().count("POST CreateSessionToken") == 1
    assert "GET parameterbackup" not in challenging.asked()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (http(200, b"", content_type=BINARY), ProtocolError, "empty"),
        (html(200), ProtocolError, "web page"),
        (http(200, b"  <html>", content_type=BINARY), ProtocolError, "web page"),
        (http(200, FILE[:100], content_type=BINARY, length=200), ProtocolError, "ended after"),
        (http(200, b"x" * (LIMIT + 1), content_type=BINARY), ProtocolError, "larger than"),
        (http(200, b"x", content_type=BINARY, length=LIMIT + 1), ProtocolError, "larger than"),
        (http(302, headers={"Location": "/"}), ProtocolError, "redirects"),
        (http(200, b"x", headers={"Content-Encoding": "gzip"}), ProtocolError, "compressed"),
        (refused(3), DeviceError, "Internal Server Error"),
        (refused(11), OutOfConnections, "Out Of Connections"),
        (http(404), NotSupported, "404"),
        (http(503), DeviceError, "503"),
    ],
    ids=lambda value: repr(value)[:60],
)
async def test_what_is_no_backup_leaves_no_file(
    challenging: ScriptedSensor,
    connect: MakeSensor,
    to: Path,
    answer: bytes,
    kind: type[SensorError],
    words: str,
) -> None:
    challenging.on("GET parameterbackup", answer)
    with pytest.raises(SensorError) as caught:
        await connect().backups.download(to, LIMIT)
    assert type(caught.value) is kind
    assert words in caught.value.message
    assert not to.exists()


async def test_a_lost_connection_leaves_no_file(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path
) -> None:
    challenging.on("GET parameterbackup", hang_up())
    with pytest.raises(Unreachable):
        await connect().backups.download(to, LIMIT)
    assert not to.exists()


@pytest.mark.parametrize("pause", [0.02, 5.0], ids=["trickle", "stall"])
async def test_a_download_that_does_not_move_ends_after_the_stall_time(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path, pause: float
) -> None:
    async def slow(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Ok\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(pause)

    challenging.on("GET parameterbackup", slow)
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(ProtocolError) as caught:
        await connect(stall_timeout=0.2).backups.download(to, LIMIT)
    assert loop.time() - began < 1
    assert "no data for 0.2 s" in caught.value.message
    assert not to.exists()


async def test_a_slow_download_that_moves_is_waited_for(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path
) -> None:
    async def slow(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Ok\r\nContent-Length: 32768\r\n\r\n")
        for _ in range(8):
            writer.write(b"x" * 4096)
            await writer.drain()
            await asyncio.sleep(0.1)

    challenging.on("GET parameterbackup", slow)
    fetched = await connect(stall_timeout=0.4, request_timeout=0.4).backups.download(to, LIMIT)
    assert fetched.size == 32768


async def test_a_folder_that_does_not_exist_is_said(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    with pytest.raises(LocalFileError) as caught:
        await connect().backups.download(tmp_path / "no" / "folder", LIMIT)
    assert caught.value.code is Code.STORAGE_ERROR
    assert "cannot be written" in caught.value.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
@pytest.mark.parametrize("size", [100, len(FILE)], ids=["at its close", "while it is written"])
async def test_a_full_disk_is_said(
    challenging: ScriptedSensor, connect: MakeSensor, to: Path, size: int
) -> None:
    to.symlink_to("/dev/full")
    challenging.on("GET parameterbackup", http(200, FILE[:size], content_type=BINARY))
    with pytest.raises(LocalFileError) as caught:
        await connect().backups.download(to, LIMIT)
    assert "No space left" in caught.value.message
    assert not to.is_symlink()


# -- bringing back ----------------------------------------------------------------------------


async def test_a_backup_is_uploaded_as_raw_bytes_with_a_token(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    path.write_bytes(FILE)
    challenging.on("PUT parameterbackup", take_then(http(401)), take_then(reply()))
    await connect().backups.upload(path)
    seen = challenging.last("PUT parameterbackup")
    assert seen.body == hashlib.sha256(FILE).digest()
    assert seen.headers["content-type"] == BINARY
    assert seen.headers["x-session-token"] == TOKEN


@pytest.mark.parametrize("refusal", [401, 403])
async def test_an_upload_is_repeated_with_a_new_token_only_after_a_look(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path, refusal: int
) -> None:
    path = tmp_path / "backup"
    path.write_bytes(FILE)
    challenging.on("GET UpdateState", reply({"UpdateState": 1}))
    challenging.on("PUT parameterbackup", take_then(http(refusal)), take_then(reply()))
    with pytest.raises(UploadRefused):
        await connect().backups.upload(path)
    assert challenging.asked().count("PUT parameterbackup") == 1

    async def at_rest(_: SensorError) -> None:
        looked.append(challenging.asked().count("PUT parameterbackup"))

    looked: list[int] = []
    challenging.seen.clear()
    challenging.on("PUT parameterbackup", take_then(http(refusal)), take_then(reply()))
    await connect().backups.upload(path, at_rest)
    assert looked == [1]
    assert challenging.asked().count("PUT parameterbackup") == 2


async def test_a_backup_file_that_is_gone_is_said(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path
) -> None:
    with pytest.raises(LocalFileError) as caught:
        await connect().backups.upload(tmp_path / "gone")
    assert caught.value.code is Code.BACKUP_UNUSABLE


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, RestoreReply(finished=True, ok=None)),
        ({"Result": True}, RestoreReply(finished=True, ok=True, words=RESTORE_WORDS[0])),
        (
            {"RestoreResult": 0, "ParametersFailedToRestore": []},
            RestoreReply(finished=True, ok=True, result=0, words=RESTORE_WORDS[0]),
        ),
        (
            {"RestoreResult": 6, "ParametersFailedToRestore": ["a\x1b", "b"]},
            RestoreReply(finished=True, ok=False, result=6, words=RESTORE_WORDS[6], failed=("a·", "b")),
        ),
        (
            {"RestoreResult": 77},
            RestoreReply(finished=True, ok=False, result=77, words="an unknown result (77)"),
        ),
        (
            {"Result": False},
            RestoreReply(finished=True, ok=False, words="the sensor reports that it failed"),
        ),
    ],
)
async def test_every_reply_to_a_restore_is_understood(
    challenging: ScriptedSensor, connect: MakeSensor, data: object, expected: RestoreReply
) -> None:
    challenging.on("POST RestoreParameterBackup", reply(data))
    assert await connect().backups.restore("pass") == expected
    assert challenging.last("POST RestoreParameterBackup").json["data"] == {"Passphrase": "pass"}


async def test_an_asynchronous_restore(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on(
        "GET RestoreParameterBackupResult",
        reply({"Status": 0}),
        reply({"Status": 1, "RestoreResult": 3, "ParametersFailedToRestore": ["x"] * 500}),
    )
    sensor = connect()
    pending = await sensor.backups.restore_status()
    assert pending == RestoreReply(finished=False, ok=None)
    done = await sensor.backups.restore_status()
    assert done is not None
    assert (done.finished, done.ok, done.result, len(done.failed)) == (True, False, 3, 100)


async def test_a_sensor_that_tells_no_result_of_a_restore(
    device: ScriptedSensor, connect: MakeSensor
) -> None:
    assert await connect().backups.restore_status() is None


async def test_a_restore_whose_connection_breaks_has_an_unknown_outcome(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST RestoreParameterBackup", hang_up())
    with pytest.raises(OutcomeUnknown):
        await connect().backups.restore("")


async def test_a_download_from_nowhere_is_unreachable(connect: MakeSensor, to: Path) -> None:
    with pytest.raises(Unreachable):
        await connect(address=f"127.0.0.1:{closed_port()}", auth="basic").backups.download(to, LIMIT)
