"""What a network can do to a request: every end is an error in words, within its time."""

import asyncio
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Final

import pytest

from sicktui.model.enums import Code
from sicktui.sensor.errors import (
    DeviceError,
    OutcomeUnknown,
    OutOfConnections,
    ProtocolError,
    SensorError,
    Unreachable,
    WrongAddress,
)
from sicktui.sensor.transport import trust
from sicktui.sensor.transport.client import MAX_REPLY
from tests.sensor.acts import start_flash
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import Reply as Scripted
from tests.sensor.scripted import (
    ScriptedSensor,
    Seen,
    hang,
    hang_up,
    html,
    http,
    if_proven,
    reply,
    reset,
)
from tests.sensor.self_signed import CERTIFICATE, KEY, WITHOUT_SAN
from tests.support.clocks import ManualClock
from tests.support.ports import closed_port
from tests.support.waiting import Stopwatch, eventually

SOON: Final = 0.3
"""A request_timeout that tests can wait for."""


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, ssl: SSLContext | None = None) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=ssl)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def server_context(folder: Path, pem: str = CERTIFICATE) -> SSLContext:
    """TLS with a certificate that the sensor has signed itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    key.write_text(KEY)
    certificate.write_text(pem)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def failure(connect: MakeSensor, **about: object) -> SensorError:
    """How reading DeviceIdent fails, and that it does so in time."""
    began = Stopwatch()
    with pytest.raises(SensorError) as caught:
        await connect(**about).read.ident()
    assert began.seconds() < 3
    assert caught.value.advice
    assert caught.value.message.isprintable()
    return caught.value


async def test_a_closed_port_is_unreachable(connect: MakeSensor) -> None:
    error = await failure(connect, address=f"127.0.0.1:{closed_port()}")
    assert type(error) is Unreachable
    assert error.code is Code.UNREACHABLE
    assert "connection refused" in error.message
    assert not error.outcome_unknown


async def test_a_name_that_does_not_resolve_is_unreachable(connect: MakeSensor) -> None:
    error = await failure(connect, address="no-such-sensor.invalid")
    assert isinstance(error, Unreachable)
    assert "no-such-sensor.invalid" in error.message


async def test_a_full_backlog_ends_at_the_deadline(connect: MakeSensor) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.settimeout(0)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        error = await failure(connect, address=f"127.0.0.1:{port}", request_timeout=SOON)
        for filler in fillers:
            filler.close()
    assert isinstance(error, Unreachable)
    assert "within 0.3 s" in error.message


async def test_a_wrong_address_is_said_at_the_first_request(connect: MakeSensor) -> None:
    error = await failure(connect, address="10.0.0.300")
    assert isinstance(error, WrongAddress)
    assert "four numbers" in error.message


async def test_a_hanging_sensor_ends_at_the_deadline(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceIdent", hang)
    error = await failure(connect, request_timeout=SOON)
    assert type(error) is Unreachable
    assert "did not answer GET DeviceIdent within 0.3 s" in error.message


@pytest.mark.parametrize("part", ["head", "body"])
async def test_a_trickling_reply_ends_at_the_deadline(
    device: ScriptedSensor, connect: MakeSensor, part: str
) -> None:
    async def trickle(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if part == "body":
            writer.write(b"HTTP/1.1 200 Ok\r\nContent-Length: 500\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 Ok\r\nX-Long: ")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    device.on("GET DeviceIdent", trickle)
    began = Stopwatch()
    error = await failure(connect, request_timeout=SOON)
    assert began.seconds() < 3 * SOON
    assert type(error) is Unreachable


async def test_a_gigabyte_of_json_is_cut_off(device: ScriptedSensor, connect: MakeSensor) -> None:
    written = 0

    async def flood(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b'HTTP/1.1 200 Ok\r\nContent-Length: 1000000000\r\n\r\n{"data": {"x": "')
        while written < 1_000_000_000:
            writer.write(b"a" * 65536)
            written += 65536
            await writer.drain()

    device.on("GET DeviceIdent", flood)
    error = await failure(connect)
    assert isinstance(error, ProtocolError)
    assert str(MAX_REPLY) in error.message
    assert error.http_status == 200
    assert written < 32 * MAX_REPLY


async def test_endless_headers_are_cut_off(device: ScriptedSensor, connect: MakeSensor) -> None:
    async def flood(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Ok\r\n")
        while True:
            writer.write(b"X: " + b"a" * 8000 + b"\r\n")
            await writer.drain()

    device.on("GET DeviceIdent", flood)
    assert isinstance(await failure(connect), ProtocolError)


async def test_a_redirect_is_not_followed(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceIdent", http(302, headers={"Location": "/api/Elsewhere"}))
    error = await failure(connect)
    assert isinstance(error, ProtocolError)
    assert "/api/Elsewhere" in error.message
    assert set(device.asked()) == {"GET DeviceIdent"}


async def test_a_web_page_is_a_protocol_error(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceIdent", html(200))
    error = await failure(connect)
    assert isinstance(error, ProtocolError)
    assert "web page" in error.message


async def test_a_compressed_reply_is_refused(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceIdent", http(200, b"\x1f\x8b", headers={"Content-Encoding": "gzip"}))
    error = await failure(connect)
    assert isinstance(error, ProtocolError)
    assert "compressed" in error.message
    assert device.seen[0].headers["accept-encoding"] == "identity"


async def test_another_protocol_is_a_protocol_error(connect: MakeSensor) -> None:
    async def ssh(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
        await writer.drain()
        writer.close()

    async with listening(ssh) as address:
        error = await failure(connect, address=address)
    assert isinstance(error, ProtocolError)
    assert "does not answer in HTTP" in error.message


@pytest.mark.parametrize("how", ["close", "reset", "half the head", "half the body"])
async def test_a_lost_connection_is_unreachable(
    device: ScriptedSensor, connect: MakeSensor, how: str
) -> None:
    async def lose(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if how == "reset":
            reset(writer)
        elif how == "half the head":
            writer.write(b"HTTP/1.1 200 O")
        elif how == "half the body":
            writer.write(reply({"Name": "x" * 100})[:-20])

    device.on("GET DeviceIdent", lose)
    error = await failure(connect)
    assert type(error) is Unreachable
    assert not error.outcome_unknown


async def test_requests_carry_no_surprises(device: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    await sensor.read.ident()
    await sensor.read.ident()
    (first, second) = device.seen
    assert first.headers["connection"] == "close"
    assert first.headers["host"] == device.address
    assert first.headers["user-agent"].startswith("sicktui/")
    assert first.connection != second.connection
    await eventually(lambda: device.open_connections == 0)


async def test_proxies_of_the_environment_are_ignored(
    device: ScriptedSensor, connect: MakeSensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = f"http://127.0.0.1:{closed_port()}"
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, nowhere)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert await connect().read.ident() == ("picoScan", "2.3.0.0R")


async def test_cookies_are_not_kept(device: ScriptedSensor, connect: MakeSensor) -> None:
    ident = {"Name": "picoScan", "Version": "1"}
    body = reply(ident).partition(b"\r\n\r\n")[2]
    device.on("GET DeviceIdent", http(200, body, headers={"Set-Cookie": "a=b"}))
    sensor = connect()
    await sensor.read.ident()
    await sensor.read.ident()
    assert all("cookie" not in seen.headers for seen in device.seen)


async def test_one_request_at_a_time(device: ScriptedSensor, connect: MakeSensor) -> None:
    busy = 0
    most = 0

    async def slow(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        writer.write(reply({"Name": "p", "Version": "1"}))
        await writer.drain()

    device.on("GET DeviceIdent", slow)
    sensor = connect()
    await asyncio.gather(*(sensor.read.ident() for _ in range(5)))
    assert most == 1
    assert len(device.seen) == 5


async def test_contact_is_told_of_answers_and_failures(device: ScriptedSensor, connect: MakeSensor) -> None:
    told: list[bool] = []
    device.on(
        "GET DeviceIdent",
        reply({"Name": "p", "Version": "1"}),
        http(503),
        html(200),
        hang_up(),
        reply({"Name": "p", "Version": "1"}),
    )
    sensor = connect(on_contact=told.append)
    sensor.read.steady = False
    for _ in range(5):
        try:
            await sensor.read.ident()
        except SensorError:
            continue
    assert told == [True, True, True, False, True]
    await failure(connect, address=f"127.0.0.1:{closed_port()}", on_contact=told.append)
    assert told[-1] is False


@pytest.mark.parametrize("bad", [http(503), html(200), hang_up(), html(502)], ids=lambda bad: str(bad)[:12])
@pytest.mark.parametrize("times", [1, 2])
async def test_one_bad_reply_to_a_read_is_tried_again(
    device: ScriptedSensor, connect: MakeSensor, bad: Scripted, times: int
) -> None:
    good = reply({"Name": "p", "Version": "1"})
    device.on("GET DeviceIdent", *[bad] * times, good)
    assert await connect().read.ident() == ("p", "1")
    assert len(device.asked()) == times + 1


async def test_a_reply_that_stays_bad_ends_after_three_tries(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    device.on("GET DeviceIdent", http(500))
    begun = clock.monotonic()
    with pytest.raises(DeviceError):
        await connect().read.ident()
    assert len(device.asked()) == 3
    assert clock.monotonic() - begun >= 3


async def test_too_many_requests_are_waited_out_as_long_as_the_sensor_asks(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    good = reply({"Name": "p", "Version": "1"})
    device.on("GET DeviceIdent", http(429, headers={"Retry-After": "7"}), good)
    begun = clock.monotonic()
    await connect().read.ident()
    assert clock.monotonic() - begun >= 7
    device.on("GET DeviceIdent", http(429))
    with pytest.raises(OutOfConnections) as caught:
        await connect().read.ident()
    assert caught.value.code is Code.RATE_LIMITED


async def test_a_cancelled_request_leaves_the_line_free(device: ScriptedSensor, connect: MakeSensor) -> None:
    device.on("GET DeviceIdent", hang, reply({"Name": "p", "Version": "1"}))
    sensor = connect()
    task = asyncio.create_task(sensor.read.ident())
    while not device.seen:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await sensor.read.ident() == ("p", "1")


async def test_a_closed_client_can_be_used_again(device: ScriptedSensor, connect: MakeSensor) -> None:
    sensor = connect()
    await sensor.read.ident()
    await sensor.aclose()
    assert await sensor.read.ident() == ("picoScan", "2.3.0.0R")


@pytest.mark.parametrize("how", ["reset", "hang", "cut off"])
async def test_an_act_whose_connection_breaks_has_an_unknown_outcome_and_is_not_repeated(
    challenging: ScriptedSensor, connect: MakeSensor, how: str
) -> None:
    async def cut(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply()[:-4])

    challenging.on("POST RunFirmwareUpdate", {"reset": hang_up(), "hang": hang, "cut off": cut}[how])
    with pytest.raises(OutcomeUnknown) as caught:
        await start_flash(connect(request_timeout=SOON))
    assert caught.value.outcome_unknown
    assert isinstance(caught.value, Unreachable)
    assert "unknown" in caught.value.message
    assert challenging.asked().count("POST RunFirmwareUpdate") == 1


async def test_an_act_that_never_left_has_a_known_outcome(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST getChallenge", hang_up())
    with pytest.raises(Unreachable) as caught:
        await start_flash(connect(auth="challenge"))
    assert not caught.value.outcome_unknown


async def test_an_act_answered_with_nonsense_has_an_unknown_outcome(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    challenging.on("POST RunFirmwareUpdate", if_proven(html(200)))
    with pytest.raises(ProtocolError) as caught:
        await start_flash(connect())
    assert caught.value.outcome_unknown


async def test_plain_http_behind_https_is_said(device: ScriptedSensor, connect: MakeSensor) -> None:
    error = await failure(connect, scheme="https", request_timeout=SOON)
    assert isinstance(error, Unreachable)
    assert "HTTPS" in error.message
    assert "scheme = 'http'" in error.advice


async def test_an_untrusted_certificate_is_said(connect: MakeSensor, tmp_path: Path) -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with listening(serve, ssl=server_context(tmp_path)) as address:
        error = await failure(connect, address=address, scheme="https")
    assert isinstance(error, Unreachable)
    assert "does not trust its certificate" in error.message


async def test_https_with_a_trusted_certificate_works(
    connect: MakeSensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply({"Name": "p", "Version": "1"}))
        await writer.drain()
        writer.close()

    context = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    trust._of_this_pc.cache_clear()
    async with listening(serve, ssl=context) as address:
        assert await connect(address=address, scheme="https").read.ident() == ("p", "1")
    trust._of_this_pc.cache_clear()


async def test_a_certificate_without_the_address_is_said(
    connect: MakeSensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A common name does not count for an IP address, and has not for names since RFC 2818."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    context = server_context(tmp_path, WITHOUT_SAN)
    trust._of_this_pc.cache_clear()
    async with listening(serve, ssl=context) as address:
        error = await failure(connect, address=address, scheme="https")
    trust._of_this_pc.cache_clear()
    assert "its certificate is not for this address" in error.message
    assert "subject alternative name" in error.advice


@pytest.mark.parametrize("content", [None, "", "no certificate", CERTIFICATE])
def test_a_file_of_certificates_in_the_environment_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """Also not if it is missing or broken."""
    system, given = tmp_path / "system.pem", tmp_path / "given.pem"
    system.write_text(WITHOUT_SAN)
    if content is not None:
        given.write_text(content)
    paths = ssl.get_default_verify_paths()
    nowhere = str(tmp_path / "none")
    monkeypatch.setattr(
        ssl,
        "get_default_verify_paths",
        lambda: paths._replace(openssl_cafile=str(system), openssl_capath=nowhere),
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(given))
    trust._of_this_pc.cache_clear()
    context = trust._of_this_pc()
    trust._of_this_pc.cache_clear()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) == (2 if content == CERTIFICATE else 1)


async def test_a_name_server_that_does_not_answer_delays_nobody_else(
    device: ScriptedSensor, connect: MakeSensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More such names than asyncio has threads; files are written in those threads too."""
    answered = threading.Event()
    asked: list[str] = []

    def resolve(host: str, *_: object, **_options: object) -> list[object]:
        asked.append(host)
        answered.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    names = [f"sensor-{number}.example" for number in range(40)]
    began = Stopwatch()
    lost = [
        asyncio.create_task(failure(connect, address=name, request_timeout=1.0)) for name in [*names, *names]
    ]
    await asyncio.sleep(0.1)
    device.on("GET DeviceIdent", reply({"Name": "p", "Version": "1"}))
    assert await connect().read.ident() == ("p", "1")
    assert await asyncio.to_thread(lambda: "written") == "written"
    assert began.seconds() < 1.0
    for error in await asyncio.gather(*lost):
        assert "the name cannot be resolved" in error.message
    assert sorted(asked) == sorted(names)
    answered.set()


def test_a_runner_starts_without_what_it_does_not_use() -> None:
    """The command-line tool of the HTTP library alone costs 6 MB and 50 ms, in every process."""
    code = (
        "import sys, sicktui.engine.run.runner, sicktui.sources.thinx.wire;"
        "print([name for name in ('rich', 'pygments', 'click', 'textual', 'keyring') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_a_request_searches_the_disk_for_no_module(
    device: ScriptedSensor, connect: MakeSensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """httpcore imports sniffio anew eight times a request, which is a search each time where it is absent."""
    searched: list[str] = []

    class Finder:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            searched.append(name)

    async with connect() as sensor:
        await sensor.read.ident()
        monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
        await sensor.read.ident()
    assert len(device.seen) == 2
    assert searched == []
