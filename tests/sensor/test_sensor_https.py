"""HTTPS: whom a sensor's certificate must convince, on the very connection that carries the request."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from sicktui.engine.update.observer import look
from sicktui.model.enums import Code
from sicktui.model.update.observations import Garbled, Reading, Silent
from sicktui.sensor.errors import PasswordWithheld, SensorError, Unreachable, WrongAddress
from sicktui.sensor.transport import trust
from sicktui.simulator.network.certificates import Bundle, Issuer, make_bundle, make_issuer
from sicktui.stores.memory.sensor_memory import SensorMemory, TargetMemory
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import NOT_FOUND, TOKEN, ScriptedSensor, challenge, if_proven, reply, target

Serve = Callable[..., Any]


@pytest.fixture(scope="module")
def plant() -> Issuer:
    return make_issuer()


@pytest.fixture
def ca_file(plant: Issuer, tmp_path: Path) -> str:
    path = tmp_path / "plant-ca.pem"
    path.write_text(plant.pem)
    return str(path)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a sensor with a certificate; it knows ``DeviceIdent`` and logins."""
    async with AsyncExitStack() as stack:

        async def start(bundle: Bundle | None, context: ssl.SSLContext | None = None) -> ScriptedSensor:
            device = ScriptedSensor()
            await device.start(ssl=context or (bundle.context() if bundle else None))
            stack.push_async_callback(device.stop)
            device.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.3.0.0R"}))
            device.on("GET SerialNumber", reply({"SerialNumber": "25420067"}))
            device.on("POST getChallenge", challenge())
            device.on("POST CreateSessionToken", if_proven(reply({"token": TOKEN})))
            return device

        yield start


async def refusal(connect: MakeSensor, device: ScriptedSensor, **about: Any) -> SensorError:
    """How it fails to log in. The sensor must have seen no request at all, on no connection."""
    with pytest.raises(SensorError) as caught:
        await connect(
            address=about.pop("address", device.address), scheme="https", **about
        ).access.open_session()
    assert device.seen == []
    assert caught.value.advice
    assert isinstance(caught.value, Unreachable)
    assert not caught.value.outcome_unknown
    return caught.value


async def test_a_private_authority_is_enough_for_an_address(
    serve: Serve, connect: MakeSensor, plant: Issuer, ca_file: str
) -> None:
    device = await serve(make_bundle(issuer=plant))
    assert await connect(address=device.address, scheme="https", ca_file=ca_file).access.open_session()


async def test_a_private_authority_replaces_those_of_the_pc(
    serve: Serve,
    connect: MakeSensor,
    plant: Issuer,
    ca_file: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also what SSL_CERT_FILE adds to them: another authority must not speak for this sensor."""
    other = make_issuer("Some public CA")
    (tmp_path / "public.pem").write_text(other.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
    trust._of_this_pc.cache_clear()
    device = await serve(make_bundle(issuer=other))
    assert await connect(address=device.address, scheme="https").read.ident()
    device.seen.clear()
    error = await refusal(connect, device, ca_file=ca_file)
    trust._of_this_pc.cache_clear()
    assert "does not trust its certificate" in error.message
    assert "ca_file" in error.advice


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_an_authority_that_cannot_be_used_sends_nothing(
    serve: Serve, connect: MakeSensor, plant: Issuer, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    device = await serve(make_bundle(issuer=plant))
    error = await refusal(connect, device, ca_file=str(path))
    assert isinstance(error, WrongAddress)
    assert "ca.pem" in error.message
    assert "ca_file" in error.advice
    assert device.connections == 0


def test_no_variable_of_the_environment_writes_the_keys_of_a_connection_down(
    ca_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    trust._of_this_pc.cache_clear()
    contexts = [trust.trust(None, None), trust.trust(ca_file, None), trust.trust(None, "ab" * 32)]
    trust._of_this_pc.cache_clear()
    assert [context.keylog_filename for context in contexts] == [None, None, None]
    assert not (tmp_path / "keys.log").exists()


async def test_a_pinned_certificate_needs_no_authority(serve: Serve, connect: MakeSensor) -> None:
    """Not even a name or a date: nobody else has its key."""
    bundle = make_bundle(("other.example",), days=-3)
    device = await serve(bundle)
    pin = bundle.pin
    assert await connect(address=device.address, scheme="https", fingerprint=pin).access.open_session()


async def test_another_certificate_than_the_pinned_one_gets_nothing(
    serve: Serve, connect: MakeSensor, plant: Issuer, ca_file: str
) -> None:
    pinned, shown = make_bundle(issuer=plant), make_bundle(issuer=plant)
    device = await serve(shown)
    pin = pinned.pin
    error = await refusal(connect, device, fingerprint=pin)
    assert "not the pinned one" in error.message
    assert shown.fingerprint in error.message
    assert "fingerprint" in error.advice
    both = await refusal(connect, device, fingerprint=pin, ca_file=ca_file)
    assert "not the pinned one" in both.message


async def test_a_certificate_that_is_refused_is_no_silence(
    serve: Serve, connect: MakeSensor, plant: Issuer
) -> None:
    """Something answers there: a look that counted it as a silence would take it for a reboot."""
    pinned, shown = make_bundle(issuer=plant), make_bundle(issuer=plant)
    device = await serve(shown)
    seen = await look(
        connect(address=device.address, scheme="https", fingerprint=pinned.pin), Reading(), frozenset()
    )
    assert isinstance(seen, Garbled)
    assert "not the pinned one" in seen.why
    assert "fingerprint" in seen.advice


async def test_a_handshake_that_is_cut_off_is_a_silence(connect: MakeSensor) -> None:
    """A sensor that reboots closes its connections, too."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1")
    async with server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert isinstance(
            await look(connect(address=address, scheme="https"), Reading(), frozenset()), Silent
        )


async def test_one_cut_handshake_is_no_verdict(serve: Serve, connect: MakeSensor) -> None:
    """As one cut reply is none over plain HTTP: the read is tried again."""
    bundle = make_bundle()
    device = await serve(bundle)
    cut = 0

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
        writer.close()

    async def cut_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal cut
        cut += 1
        if cut <= 2:
            writer.close()
            return
        inner, outer = await asyncio.open_connection("127.0.0.1", device.port)
        await asyncio.gather(pass_on(reader, outer), pass_on(inner, writer))

    async with await asyncio.start_server(cut_first, "127.0.0.1") as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        sensor = connect(address=address, scheme="https", fingerprint=bundle.pin)
        assert await sensor.read.ident() == ("picoScan", "2.3.0.0R")
    assert cut == 3


async def test_a_pin_does_not_replace_the_authority(serve: Serve, connect: MakeSensor, ca_file: str) -> None:
    """With both, both must hold."""
    bundle = make_bundle()
    device = await serve(bundle)
    pin = bundle.pin
    error = await refusal(connect, device, fingerprint=pin, ca_file=ca_file)
    assert "does not trust its certificate" in error.message


async def test_each_connection_is_checked(serve: Serve, connect: MakeSensor) -> None:
    """What answered before proves nothing about what answers now."""
    good, bad = make_bundle(), make_bundle()
    context = good.context()
    device = await serve(good, context)
    pin = good.pin
    sensor = connect(address=device.address, scheme="https", fingerprint=pin)
    await sensor.read.ident()
    other = bad.context()
    context.sni_callback = lambda sock, _name, _ctx: setattr(sock, "context", other)
    before = len(device.seen)
    with pytest.raises(Unreachable, match="not the pinned one"):
        await sensor.access.open_session()
    assert len(device.seen) == before


@pytest.mark.parametrize(
    ("names", "days", "words", "advice"),
    [
        (("127.0.0.1",), -1.0, "has expired", "clock"),
        (("127.0.0.2", "gate-1.example"), 90.0, "is not for this address", "subject alternative name"),
        ((), 90.0, "is not for this address", "subject alternative name"),
    ],
    ids=["expired", "wrong name", "no SAN"],
)
async def test_what_is_wrong_with_a_certificate_is_said(
    serve: Serve,
    connect: MakeSensor,
    plant: Issuer,
    ca_file: str,
    names: tuple[str, ...],
    days: float,
    words: str,
    advice: str,
) -> None:
    device = await serve(make_bundle(names, issuer=plant, days=days))
    error = await refusal(connect, device, ca_file=ca_file)
    assert words in error.message
    assert advice in error.advice


async def test_a_self_signed_certificate_is_said(serve: Serve, connect: MakeSensor) -> None:
    error = await refusal(connect, await serve(make_bundle()))
    assert "self-signed" in error.message
    assert "fingerprint" in error.advice


async def test_a_name_with_a_final_dot_is_the_name(
    serve: Serve, connect: MakeSensor, plant: Issuer, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *args, **more: look_up("127.0.0.1", *args, **more)
    )
    device = await serve(make_bundle(("gate-1.example",), issuer=plant))
    sensor = connect(address=f"gate-1.example.:{device.port}", scheme="https", ca_file=ca_file)
    assert await sensor.access.open_session()


async def test_plain_http_behind_the_port_is_said(serve: Serve, connect: MakeSensor, ca_file: str) -> None:
    error = await refusal(connect, await serve(None), ca_file=ca_file, request_timeout=1.0)
    assert "HTTPS" in error.message
    assert "httpsStatus" in error.advice


@pytest.mark.parametrize("alert", [70, 40], ids=["version", "cipher"])
async def test_an_old_tls_is_said(connect: MakeSensor, ca_file: str, alert: int) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(bytes([21, 3, 1, 0, 2, 2, alert]))  # a fatal alert (RFC 5246, section 7.2)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        await connect(address=address, scheme="https", ca_file=ca_file).read.ident()
    server.close()
    assert "TLS 1.2" in caught.value.message


async def test_a_closed_port_is_never_replaced_by_plain_http(
    serve: Serve, connect: MakeSensor, ca_file: str
) -> None:
    device = await serve(None)
    error = await refusal(connect, device, ca_file=ca_file, address="127.0.0.1:1")
    assert "connection refused" in error.message
    assert "httpsStatus" in error.advice
    assert device.connections == 0


async def test_a_server_that_hangs_up_in_the_handshake_is_said(connect: MakeSensor, ca_file: str) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        await connect(address=address, scheme="https", ca_file=ca_file).read.ident()
    server.close()
    assert "HTTPS" in caught.value.message
    assert "httpsStatus" in caught.value.advice


# -- once over HTTPS, never in silence over HTTP ------------------------------------------------


def remembered(folder: Path, address: str, **about: Any) -> TargetMemory:
    """The memory of a sensor, as a process that starts now reads it."""
    return SensorMemory(folder / "sensors.json").of(target(address, **about))


async def meet_over_https(serve: Serve, connect: MakeSensor, folder: Path) -> ScriptedSensor:
    """Let an earlier process read the sensor over HTTPS, without a login. Returns it over plain HTTP."""
    bundle = make_bundle()
    device = await serve(bundle)
    about = {"scheme": "https", "device": "gate-7"}
    sensor = connect(
        address=device.address,
        memory=remembered(folder, device.address, **about),
        fingerprint=bundle.pin,
        **about,
    )
    await sensor.read.identity()
    await sensor.access.scheme()
    plain: ScriptedSensor = await serve(None)
    plain.on("POST checkCredentials", if_proven(reply()))
    return plain


@pytest.mark.parametrize("how", ["name", "serial"])
@pytest.mark.parametrize("auth", ["auto", "challenge", "basic"])
async def test_after_https_no_password_crosses_plain_http(
    serve: Serve, connect: MakeSensor, tmp_path: Path, how: str, auth: str
) -> None:
    """Neither the password nor a proof of it, whatever the defaults are and whatever the device is called."""
    plain = await meet_over_https(serve, connect, tmp_path)
    name = "gate-7" if how == "name" else "other"
    if how == "name":
        plain.on("GET SerialNumber", NOT_FOUND)
    memory = remembered(tmp_path, plain.address, device=name)
    sensor = connect(address=plain.address, memory=memory, device=name, auth=auth, basic_allowed=True)
    for attempt in (sensor.access.open_session, sensor.access.check_password, sensor.access.file_headers):
        with pytest.raises(PasswordWithheld) as caught:
            await attempt()
        assert caught.value.code is Code.ACCESS_DENIED
        assert "scheme = 'http'" in caught.value.advice
    assert {seen.method for seen in plain.seen} <= {"GET"}


async def test_the_two_usual_ports_are_one_address(tmp_path: Path) -> None:
    remembered(tmp_path, "192.168.0.1", scheme="https", device="a").note_https(None)
    assert remembered(tmp_path, "192.168.0.1", device="b").spoke_https(None)
    assert not remembered(tmp_path, "192.168.0.2", device="b").spoke_https(None)


async def test_only_the_profile_itself_allows_plain_http_again(
    serve: Serve, connect: MakeSensor, tmp_path: Path
) -> None:
    plain = await meet_over_https(serve, connect, tmp_path)
    memory = remembered(tmp_path, plain.address)
    assert await connect(address=plain.address, memory=memory, http_allowed=True).access.open_session()
    with pytest.raises(PasswordWithheld):
        await connect(address=plain.address, memory=memory).access.open_session()


async def test_a_sensor_never_met_over_https_is_not_asked_for_more(
    serve: Serve, connect: MakeSensor, tmp_path: Path
) -> None:
    plain = await serve(None)
    sensor = connect(address=plain.address, memory=remembered(tmp_path, plain.address))
    assert await sensor.access.open_session()
    assert "GET SerialNumber" not in plain.asked()


async def test_https_that_never_answered_is_not_remembered(
    serve: Serve, connect: MakeSensor, tmp_path: Path
) -> None:
    """A scheme that was mistyped once must not lock anybody out."""
    plain = await serve(None)
    wrong = connect(
        address=plain.address,
        memory=remembered(tmp_path, plain.address, scheme="https"),
        scheme="https",
        auth="challenge",
        request_timeout=1.0,
    )
    with pytest.raises(Unreachable):
        await wrong.access.open_session()
    assert await connect(
        address=plain.address, memory=remembered(tmp_path, plain.address)
    ).access.open_session()


async def test_a_memory_that_cannot_be_read_lets_no_more_than_a_proof_cross(
    serve: Serve, connect: MakeSensor, tmp_path: Path
) -> None:
    plain = await serve(None)
    (tmp_path / "sensors.json").write_bytes(b"{damaged")
    sensor = connect(address=plain.address, memory=remembered(tmp_path, plain.address))
    assert await sensor.access.open_session()
    plain.on("POST getChallenge", NOT_FOUND)
    with pytest.raises(PasswordWithheld):
        await connect(address=plain.address, memory=remembered(tmp_path, plain.address)).access.open_session()
    assert all("authorization" not in seen.headers for seen in plain.seen)
