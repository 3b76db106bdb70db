"""PUT update: true progress, and every way in which an upload can end."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from sicktui.model.enums import Code
from sicktui.sensor.errors import (
    AccessDenied,
    LocalFileError,
    NotSupported,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
    UploadRefused,
)
from sicktui.sensor.transport.file_streams import CHUNK
from sicktui.simulator.network.certificates import Bundle, make_bundle
from tests.sensor.acts import upload as upload_package
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import (
    NOT_FOUND,
    PASSWORD,
    TOKEN,
    Behaviour,
    ScriptedSensor,
    Seen,
    hang,
    hang_up,
    html,
    http,
    if_proven,
    refused,
    reply,
    reset,
    take_then,
)
from tests.support.ports import closed_port
from tests.support.waiting import Stopwatch, eventually

SIZE = 3 * CHUNK + 17
LARGE = 12 * 1024 * 1024
"""More than all socket buffers on the way: who does not read it, blocks it."""


class Progress:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []

    def __call__(self, sent: int, total: int) -> None:
        self.calls.append((sent, total))


@pytest.fixture(params=["http", "https"])
def bundle(request: pytest.FixtureRequest) -> Bundle | None:
    """Every test here runs over plain HTTP and over HTTPS: an upload ends alike in both."""
    return None if request.param == "http" else make_bundle()


@pytest.fixture
def progress() -> Progress:
    return Progress()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "picoScan_2.4.0.0R.spk.signed"
    path.write_bytes(bytes(range(256)) * (SIZE // 256) + b"x" * (SIZE % 256))
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.spk"
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


def answer_early(status: int, *, then: str) -> Behaviour:
    """Answer without having read the body; then hang up, keep the line, or read on."""

    async def behave(_seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if then == "hang up when blocked":
            await asyncio.sleep(0.2)
        writer.write(http(status))
        await writer.drain()
        if then == "keep the line":
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.sleep(30)
        elif then == "read on":
            while await reader.read(65536):
                pass
        # Closing with unread data resets the connection.

    return behave


async def test_the_package_arrives_whole_with_a_length_and_a_token(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("PUT update", take_then(reply()))
    await upload_package(connect(), package, SIZE, progress)
    seen = challenging.last("PUT update")
    assert seen.headers["content-length"] == str(SIZE)
    assert "transfer-encoding" not in seen.headers
    assert "expect" not in seen.headers
    assert seen.headers["content-type"] == "application/octet-stream"
    assert seen.headers["x-session-token"] == TOKEN
    assert "authorization" not in seen.headers
    assert seen.body == hashlib.sha256(package.read_bytes()).digest()
    assert progress.calls[0] == (0, SIZE)
    assert progress.calls[-1] == (SIZE, SIZE)


async def test_a_basic_sensor_gets_password_and_token(
    basic: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    basic.on("PUT update", take_then(http(200)))
    sensor = connect()
    await sensor.access.open_session()
    await upload_package(sensor, package, SIZE, progress)
    seen = basic.last("PUT update")
    assert seen.headers["x-session-token"] == TOKEN
    assert seen.headers["authorization"].startswith("Basic ")


async def test_a_sensor_without_tokens_gets_none(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("POST CreateSessionToken", NOT_FOUND)
    challenging.on("PUT update", take_then(http(200)))
    await upload_package(connect(), package, SIZE, progress)
    assert "x-session-token" not in challenging.last("PUT update").headers


async def test_an_empty_answer_is_no_web_page_whatever_it_is_labelled(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    """Small web servers label every answer as HTML; nothing is specified of this one but its 200."""
    challenging.on("PUT update", take_then(http(200, content_type="text/html")))
    await upload_package(connect(), package, SIZE, progress)
    challenging.on("PUT update", take_then(html(200)))
    with pytest.raises(ProtocolError, match="web page"):
        await upload_package(connect(), package, SIZE, progress)


async def test_progress_is_what_the_sensor_takes(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    """A sensor that reads nothing for a while must not look like one that has everything."""
    after_a_while: list[tuple[int, int]] = []

    async def pause_then_read(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(0.4)
        after_a_while.extend(progress.calls)
        reader._transport.resume_reading()  # type: ignore[attr-defined]
        await take_then(reply())(seen, reader, writer)

    challenging.on("PUT update", pause_then_read)
    await upload_package(connect(), large, LARGE, progress)
    assert after_a_while[-1][0] < LARGE * 0.75
    assert progress.calls[-1] == (LARGE, LARGE)


async def test_progress_is_told_about_ten_times_a_second(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    challenging.on("PUT update", take_then(reply()))
    # The clock of this test stands still, so only the first and the last are due.
    await upload_package(connect(), large, LARGE, progress)
    assert progress.calls == [(0, LARGE), (LARGE, LARGE)]


async def test_an_upload_holds_the_line(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    order: list[str] = []

    async def slow(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        await take_then(reply())(seen, reader, writer)
        order.append("uploaded")

    challenging.on("PUT update", slow)
    sensor = connect()
    await sensor.access.open_session()
    upload = asyncio.create_task(upload_package(sensor, package, SIZE, progress))
    while "PUT update" not in challenging.asked():
        await asyncio.sleep(0.01)
    await sensor.read.ident()
    order.append("read")
    await upload
    assert order == ["uploaded", "read"]


# -- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_is_renewed_once(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress, status: int
) -> None:
    challenging.on("POST CreateSessionToken", reply({"token": "old"}), reply({"token": "new"}))
    challenging.on("PUT update", take_then(http(status)), take_then(reply()))
    challenging.on("GET UpdateState", reply({"UpdateState": 0}))
    await upload_package(connect(), package, SIZE, progress)
    assert challenging.last("PUT update").headers["x-session-token"] == "new"
    assert progress.calls.count((0, SIZE)) == 2
    keys = challenging.asked()
    assert keys.index("GET UpdateState") < len(keys) - 1 - keys[::-1].index("PUT update")


@pytest.mark.parametrize("then", ["hang up", "hang up when blocked", "read on"])
@pytest.mark.parametrize("auth", ["challenge", "basic"])
async def test_an_early_401_is_recognised_whatever_the_sensor_does_next(
    challenging: ScriptedSensor,
    connect: MakeSensor,
    large: Path,
    progress: Progress,
    then: str,
    auth: str,
) -> None:
    challenging.on("POST CreateSessionToken", reply({"token": "old"}), reply({"token": "new"}))
    challenging.on("PUT update", answer_early(401, then=then), take_then(reply()))
    await upload_package(connect(auth=auth), large, LARGE, progress)
    assert challenging.last("PUT update").headers["x-session-token"] == "new"
    again = progress.calls.index((0, LARGE), 1)
    first = max(sent for sent, _ in progress.calls[:again])
    assert first > 0 or then != "hang up when blocked", "what left is counted, however short it took"


async def test_an_early_401_on_a_line_that_is_kept_is_found_when_the_upload_stalls(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    challenging.on("PUT update", answer_early(401, then="keep the line"), take_then(reply()))
    await upload_package(connect(stall_timeout=0.3), large, LARGE, progress)
    assert challenging.asked().count("PUT update") == 2


async def test_a_token_that_stays_refused_is_told_with_advice(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("PUT update", take_then(http(403)))
    with pytest.raises(UploadRefused) as caught:
        await upload_package(connect(), package, SIZE, progress)
    assert caught.value.http_status == 403
    assert caught.value.code is Code.UPLOAD_FAILED
    assert "Service" in caught.value.advice
    assert challenging.asked().count("PUT update") == 2


async def test_a_refused_upload_is_not_repeated_into_a_flash(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("PUT update", take_then(http(401)))
    challenging.on("GET UpdateState", reply({"UpdateState": 1}))
    with pytest.raises(UploadRefused):
        await upload_package(connect(), package, SIZE, progress)
    assert challenging.asked().count("PUT update") == 1


async def test_a_renewal_with_a_wrong_password_is_tried_once_more_when_a_lock_would_be_over(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("POST CreateSessionToken", reply({"token": "old"}), refused(4))
    challenging.on("PUT update", take_then(http(401)))
    with pytest.raises(AccessDenied):
        await upload_package(connect(), package, SIZE, progress)
    assert challenging.asked().count("POST CreateSessionToken") == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(413), "HTTP 413"),
        (http(503), "HTTP 503"),
        (refused(2, "No \x1b[1mpackage"), "No ·[1mpackage"),
        (refused(3, http_status=500), "status 3"),
    ],
    ids=["413", "503", "status 2", "500 and status 3"],
)
async def test_a_refusal_of_the_package_is_told(
    challenging: ScriptedSensor,
    connect: MakeSensor,
    package: Path,
    progress: Progress,
    answer: bytes,
    words: str,
) -> None:
    challenging.on("PUT update", take_then(answer))
    with pytest.raises(UploadRefused) as caught:
        await upload_package(connect(), package, SIZE, progress)
    assert words in caught.value.message
    assert challenging.asked().count("PUT update") == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(NOT_FOUND, NotSupported), (html(404), NotSupported), (http(302), ProtocolError)],
    ids=["status 5", "404", "302"],
)
async def test_a_sensor_without_update_says_so(
    challenging: ScriptedSensor,
    connect: MakeSensor,
    package: Path,
    progress: Progress,
    answer: bytes,
    kind: type[SensorError],
) -> None:
    challenging.on("PUT update", take_then(answer))
    with pytest.raises(kind):
        await upload_package(connect(), package, SIZE, progress)


# -- broken connections -----------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 2 * CHUNK])
async def test_a_reset_in_the_middle_has_an_unknown_outcome(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress, after: int
) -> None:
    told: list[bool] = []
    challenging.on("PUT update", hang_up(after))
    with pytest.raises(UploadInterrupted) as caught:
        await upload_package(connect(on_contact=told.append), large, LARGE, progress)
    assert 0 <= caught.value.sent < caught.value.total == LARGE
    assert caught.value.outcome_unknown
    assert caught.value.code is Code.UPLOAD_FAILED
    assert "Check the sensor's state" in caught.value.advice
    assert challenging.asked().count("PUT update") == 1
    assert told[-1] is False


async def test_a_reset_after_the_last_byte_has_an_unknown_outcome(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("PUT update", hang_up(SIZE))
    with pytest.raises(UploadInterrupted) as caught:
        await upload_package(connect(), package, SIZE, progress)
    assert caught.value.sent == SIZE


async def test_after_an_interruption_the_token_is_renewed(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("POST CreateSessionToken", reply({"token": "old"}), reply({"token": "new"}))
    challenging.on("PUT update", hang_up(CHUNK), take_then(reply()))
    sensor = connect()
    with pytest.raises(UploadInterrupted):
        await upload_package(sensor, package, SIZE, progress)
    await upload_package(sensor, package, SIZE, progress)
    assert challenging.last("PUT update").headers["x-session-token"] == "new"


async def test_a_sensor_that_takes_nothing_is_given_up_after_the_stall_time(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    async def deaf(_seen: Seen, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(30)

    challenging.on("PUT update", deaf)
    began = Stopwatch()
    with pytest.raises(UploadInterrupted) as caught:
        await upload_package(connect(stall_timeout=0.3), large, LARGE, progress)
    assert began.seconds() < 2
    assert "no data was sent for 0.3 s" in caught.value.message
    assert 0 < caught.value.sent < LARGE


@pytest.mark.parametrize("how", ["hang", "trickle"])
async def test_a_sensor_that_never_answers_the_upload_is_given_up(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress, how: str
) -> None:
    async def trickle(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Ok\r\nX: ")
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.02)

    challenging.on("PUT update", hang if how == "hang" else trickle)
    began = Stopwatch()
    with pytest.raises(UploadInterrupted) as caught:
        await upload_package(connect(stall_timeout=0.1), package, SIZE, progress)
    assert began.seconds() < 2
    if how == "hang":
        assert caught.value.sent == SIZE
        assert "no reply within" in caught.value.message


async def test_an_early_ok_is_not_believed(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    challenging.on("PUT update", answer_early(200, then="hang up"))
    with pytest.raises(UploadInterrupted) as caught:
        await upload_package(connect(), large, LARGE, progress)
    assert "does not have the whole file" in caught.value.message


async def test_an_interim_answer_does_not_stop_the_upload(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    async def eager(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        await take_then(reply())(seen, reader, writer)

    challenging.on("PUT update", eager)
    await upload_package(connect(), large, LARGE, progress)
    assert progress.calls[-1] == (LARGE, LARGE)


async def test_another_protocol_in_the_middle_is_a_protocol_error(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("PUT update", take_then(b"SSH-2.0-OpenSSH_9.2\r\n"))
    with pytest.raises(ProtocolError):
        await upload_package(connect(), package, SIZE, progress)


async def test_a_sensor_that_is_gone_was_sent_nothing(
    connect: MakeSensor, package: Path, progress: Progress
) -> None:
    sensor = connect(address=f"127.0.0.1:{closed_port()}", auth="basic")
    with pytest.raises(Unreachable) as caught:
        await upload_package(sensor, package, SIZE, progress)
    assert not caught.value.outcome_unknown
    assert progress.calls == []


async def test_a_cancelled_upload_closes_its_connection(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress
) -> None:
    challenging.on("PUT update", hang)
    sensor = connect()
    upload = asyncio.create_task(upload_package(sensor, large, LARGE, progress))
    while "PUT update" not in challenging.asked():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    await eventually(lambda: challenging.open_connections == 0)


# -- the file ---------------------------------------------------------------------------------


async def test_a_package_of_another_size_is_not_sent(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    with pytest.raises(LocalFileError) as caught:
        await upload_package(connect(), package, SIZE - 1, progress)
    assert f"{SIZE} bytes instead of {SIZE - 1}" in caught.value.message
    assert caught.value.code is Code.PACKAGE_UNREADABLE
    assert "PUT update" not in challenging.asked()


async def test_a_package_that_is_gone_is_not_sent(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path, progress: Progress
) -> None:
    with pytest.raises(LocalFileError) as caught:
        await upload_package(connect(), tmp_path / "gone\x1b.spk", SIZE, progress)
    assert "gone·.spk cannot be read" in caught.value.message


@pytest.mark.parametrize("change", ["shrink", "grow"])
async def test_a_package_that_changes_under_way_is_not_completed(
    challenging: ScriptedSensor, connect: MakeSensor, large: Path, progress: Progress, change: str
) -> None:
    received = 0

    async def count(_seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        with large.open("r+b") as file:
            file.truncate(LARGE // 2 if change == "shrink" else LARGE + 1)
        while piece := await reader.read(65536):
            received += len(piece)
        reset(writer)

    challenging.on("PUT update", count)
    with pytest.raises(LocalFileError) as caught:
        await upload_package(connect(), large, LARGE, progress)
    assert "changed its length" in caught.value.message
    await asyncio.sleep(0.05)
    assert received < LARGE


async def test_progress_that_fails_ends_the_upload(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path
) -> None:
    class Full(Exception):
        pass

    def progress(_sent: int, _total: int) -> None:
        raise Full

    challenging.on("PUT update", hang)
    with pytest.raises(Full):
        await upload_package(connect(), package, SIZE, progress)


async def test_the_throttle_counts_an_upload_from_its_start(
    challenging: ScriptedSensor, connect: MakeSensor, package: Path, progress: Progress
) -> None:
    challenging.on("POST CreateSessionToken", if_proven(reply({"token": TOKEN})))
    challenging.on("PUT update", take_then(reply()))
    sensor = connect(requests_per_second=2.0, password=PASSWORD)
    await upload_package(sensor, package, SIZE, progress)
    await sensor.read.ident()
    assert challenging.asked()[-2:] == ["PUT update", "GET DeviceIdent"]
