"""Whatever a sensor sends, over a real socket: an answer, or a documented error in harmless words."""

import asyncio
import json
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sicktui.model.clock import SystemClock
from sicktui.model.device import Health, Identity, Target
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.model.settings import Timing
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import SensorError
from sicktui.sensor.turns.queue import RequestQueues
from tests.fuzz.hostile_inputs import FUZZ, changed, deep, harmless, json_values, numbers, texts
from tests.sensor.acts import start_flash

PASSWORD: Final = "correct horse"
MESSAGE_LIMIT: Final = 1_000
BLOCK: Final = b" " * 60_000
KNOWN: Final = Identity(name="picoScan", version="2.3.0.0R", serial="1", mac="00:06:77:00:00:01")
OK: Final = {"status": 0, "message": "Ok"}
CHALLENGE: Final = {
    "header": OK,
    "challenge": {"nonce": "ab", "opaque": "cd", "realm": "SICK Sensor", "salt": [0] * 16},
}
GOOD: Final[dict[str, Any]] = {
    "DeviceIdent": {"header": OK, "data": {"Name": "picoScan", "Version": "2.3.0.0R"}},
    "SerialNumber": {"header": OK, "data": {"SerialNumber": "1"}},
    "EtherMACAddress": {"header": OK, "data": {"EtherMACAddress": [0, 6, 119, 0, 0, 1]}},
    "DeviceType": {"header": OK, "data": {"DeviceType": "picoScan150"}},
    "OrderNumber": {"header": OK, "data": {"OrderNumber": "1134610"}},
    "LocationName": {"header": OK, "data": {"LocationName": "gate"}},
    "UpdateState": {"header": OK, "data": {"UpdateState": 1}},
    "DeviceStatus": {"header": OK, "data": {"DeviceStatus": 3}},
    "PowerOnCnt": {"header": OK, "data": {"PowerOnCnt": 42}},
    "getChallenge": CHALLENGE,
    "checkCredentials": {"header": OK},
    "CreateSessionToken": {"header": OK, "data": {"token": "eyJhbGci"}},
    "CreateParameterBackup": {"header": OK, "data": {"Result": True}},
    "CreateParameterBackupResult": {"header": OK, "data": {"Status": 1, "Result": True}},
    "RestoreParameterBackup": {
        "header": OK,
        "data": {"RestoreResult": 0, "ParametersFailedToRestore": ["ScanDataFormat"]},
    },
    "RestoreParameterBackupResult": {
        "header": OK,
        "data": {"Status": 1, "RestoreResult": 0, "ParametersFailedToRestore": []},
    },
    "RunFirmwareUpdate": {"header": OK},
    "WriteEeprom": {"header": OK, "data": {"Success": True}},
    "update": {"header": OK},
    "parameterbackup": {"header": OK},
}
"""What a good sensor says to each request, by the last part of its path."""


async def _fields(sensor: Sensor) -> object:
    return (await sensor.access.call("checkCredentials", {"Passphrase": "x"})).fields


Call = Callable[[Sensor, Path], Awaitable[object]]
CALLS: Final[dict[str, Call]] = {
    "identity": lambda sensor, _: sensor.read.identity(),
    "reread_identity": lambda sensor, _: sensor.read.reread_identity(KNOWN),
    "update_state": lambda sensor, _: sensor.read.update_state(),
    "health": lambda sensor, _: sensor.read.health(),
    "read": lambda sensor, _: sensor.read.value("LocationName"),
    "auth_scheme": lambda sensor, _: sensor.access.scheme(),
    "check_password": lambda sensor, _: sensor.access.check_password(),
    "open_session": lambda sensor, _: sensor.access.open_session(),
    "call": lambda sensor, _: _fields(sensor),
    "persist": lambda sensor, _: sensor.parameters.persist(),
    "create_backup": lambda sensor, _: sensor.backups.create("x"),
    "create_backup_status": lambda sensor, _: sensor.backups.create_status(),
    "download_backup": lambda sensor, folder: sensor.backups.download(folder / "backup", 100_000),
    "restore_backup": lambda sensor, _: sensor.backups.restore("x"),
    "restore_status": lambda sensor, _: sensor.backups.restore_status(),
    "upload_package": lambda sensor, folder: sensor.firmware.upload(
        folder / "package", 1_000, lambda _sent, _total: None
    ),
    "run_firmware_update": lambda sensor, _: start_flash(sensor),
}


class Sent(msgspec.Struct):
    """What a server says to one request; ``None``: what a good sensor says."""

    raw: bytes | None = None
    more: int = 0
    """So many bytes behind it, made while they are sent."""


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Something that may or may not be the reply of a sensor."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(st.binary(max_size=200))
    if kind == 1:
        return draw(deep)
    if kind == 2:
        return json.dumps(draw(json_values)).encode("utf-8", "surrogatepass")
    good = draw(st.sampled_from(sorted(GOOD)))
    value = changed(draw, GOOD[good], json_values | texts | numbers)
    return json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def answers(draw: st.DrawFn) -> Sent:
    """A whole reply, or bytes that are none."""
    if draw(st.integers(0, 3)) == 0:
        return Sent()
    if draw(st.integers(0, 5)) == 0:
        return Sent(raw=draw(st.binary(max_size=300) | st.just(b"SSH-2.0-OpenSSH_9.2\r\n")))
    status = draw(st.sampled_from((200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 503)))
    body = draw(bodies())
    kind = draw(st.sampled_from(("application/json", "text/html", "application/octet-stream", "\x80;;=")))
    length = draw(st.sampled_from((len(body), len(body), len(body), max(0, len(body) - 1), len(body) + 5)))
    extra = draw(
        st.sampled_from(
            ("", "Content-Encoding: gzip\r\n", "Location: http://x/\x1b[2J\r\n", "Set-Cookie: a=b\r\n")
        )
    )
    head = f"HTTP/1.1 {status} \x1b[1mSure\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{extra}\r\n"
    return Sent(raw=head.encode("latin-1") + body)


class Server:
    """Answers each request with the next of its replies, and as a good sensor when there are no more."""

    def __init__(self, replies: list[Sent]) -> None:
        self.heads: list[bytes] = []
        self._replies = replies

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            reply = self._replies.pop(0) if self._replies else Sent()
            raw = self._good(head) if reply.raw is None else reply.raw
            writer.write(raw)
            await writer.drain()
            for _ in range(0, reply.more, len(BLOCK)):
                writer.write(BLOCK)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    @staticmethod
    def _good(head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode("latin-1")
        body = json.dumps(
            GOOD.get(path.rpartition("/")[2], {"header": {"status": 5, "message": ""}})
        ).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def ask(
    replies: list[Sent], call: Call, folder: Path
) -> tuple[object, SicktuiError | None, list[bytes]]:
    """One call to a sensor that answers so: what it gave or raised, and what the sensor was sent."""
    handler = Server(replies)
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    target = Target(
        device="gate",
        address=f"127.0.0.1:{server.sockets[0].getsockname()[1]}",
        user="Service",
        auth="auto",
        scheme="http",
        timing=Timing(request_timeout=2.0, stall_timeout=0.5),
    )
    clock = Impatient()
    sensor = Sensor(target, password=PASSWORD, queues=RequestQueues(1_000.0, clock), clock=clock, memory=None)
    try:
        return await call(sensor, folder), None, handler.heads
    except SicktuiError as error:
        return None, error, handler.heads
    finally:
        await sensor.aclose()
        server.close()


class Impatient(SystemClock):
    """Waits for nothing: what a client waits before it tries again is not the subject here."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sensor-fuzz")
    (made / "package").write_bytes(b"p" * 1_000)
    return made


@FUZZ
@given(name=st.sampled_from(sorted(CALLS)), replies=st.lists(answers(), min_size=1, max_size=4))
@example(name="identity", replies=[Sent(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")])
@example(name="identity", replies=[Sent(raw=b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_000)])
@example(name="identity", replies=[Sent(raw=b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")])
@example(name="open_session", replies=[Sent(), Sent(), Sent(raw=b"HTTP/1.1 999 \r\n\r\n")])
@example(name="upload_package", replies=[Sent(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 3)])
def test_any_replies_give_an_answer_or_a_documented_error(
    name: str, replies: list[Sent], folder: Path
) -> None:
    value, error, heads = asyncio.run(ask(list(replies), CALLS[name], folder))
    if error is not None:
        assert isinstance(error, SensorError)
        assert harmless(error.message, MESSAGE_LIMIT), error.message
        assert harmless(error.advice, MESSAGE_LIMIT), error.advice
        assert error.message
        assert PASSWORD not in str(error)
        return
    check_value(value)
    for head in heads:
        # Whatever the token was: no header of the sensor's choice, and no password but as Basic sends it.
        names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:] if line]
        assert len(names) == len(set(names))
        assert PASSWORD.encode() not in head


def check_value(value: object) -> None:
    """What came through is of the types that were promised, and its texts are harmless."""
    match value:
        case Identity():
            told = (value.name, value.version, value.serial, value.mac, value.device_type, value.location)
            assert all(text is None or harmless(text, 64) for text in told)
            assert value.name
            assert value.version
        case Health():
            assert value.status is None or isinstance(value.status, DeviceStatus)
            assert value.power_on_count is None or value.power_on_count >= 0
        case UpdateState() | None | bool():
            pass
        case _:
            assert value is not None


@pytest.mark.parametrize("name", ["identity", "open_session", "download_backup"])
def test_a_reply_without_end_is_not_kept(name: str, tmp_path: Path) -> None:
    size = 60_000_000
    endless = Sent(raw=b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{" % (size + 1), more=size)
    replies = {"identity": 0, "open_session": 1, "download_backup": 2}[name]
    script = [*(Sent() for _ in range(replies)), *[endless] * 3]
    tracemalloc.start()
    try:
        _, error, _ = asyncio.run(ask(script, CALLS[name], tmp_path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error is not None
    assert "larger than" in error.message
    assert peak < 10_000_000
    assert not (tmp_path / "backup").exists()


@FUZZ
@given(body=bodies())
def test_every_part_of_an_update_survives_one_odd_reply(body: bytes, folder: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    for name in ("identity", "health", "update_state", "create_backup_status", "restore_status"):
        value, error, _ = asyncio.run(ask([Sent(raw=raw)], CALLS[name], folder))
        assert error is None or harmless(error.message, MESSAGE_LIMIT)
        check_value(value if error is None else None)
