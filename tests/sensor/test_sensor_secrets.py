"""Neither password nor token nor passphrase ever leaves by a repr, an error or a log."""

import base64
import html
import json
import logging
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from sicktui.model.errors import SicktuiError
from sicktui.sensor.transport.messages import Request
from sicktui.sensor.transport.redaction import STARS, Redactor
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import (
    PASSWORD,
    TOKEN,
    ScriptedSensor,
    Seen,
    hang_up,
    http,
    if_proven,
    refused,
    reply,
)

PASSPHRASE = "geheim"


def shown(error: BaseException) -> str:
    """Everything that a log or a crash report would hold."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


def assert_no_secrets(text: str) -> None:
    for secret in (PASSWORD, TOKEN, PASSPHRASE):
        assert secret not in text


async def test_a_client_shows_its_address_and_nothing_else(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    sensor = connect()
    await sensor.access.open_session()
    assert repr(sensor) == f"<Sensor gate-7 at {challenging.address}>"
    for part in vars(sensor).values():
        assert_no_secrets(repr(part))


@pytest.mark.parametrize("auth", ["challenge", "basic"])
async def test_errors_and_logs_hold_no_secrets(
    challenging: ScriptedSensor,
    connect: MakeSensor,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    auth: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):  # sources keep these quiet in their process
        caplog.set_level(logging.DEBUG, logger=name)
    if auth == "basic":
        challenging.on("POST CreateSessionToken", reply({"token": TOKEN}))
    package = tmp_path / "package.spk"
    package.write_bytes(b"x" * 1000)
    for answer in (hang_up(), http(500), refused(4), http(302)):
        for key in ("GET parameterbackup", "PUT update", "POST CreateParameterBackup", "POST WriteEeprom"):
            challenging.on(key, answer)
        sensor = connect(auth=auth)
        assert await sensor.access.open_session()
        for call in (
            sensor.backups.download(tmp_path / "backup", 1000),
            sensor.firmware.upload(package, 1000, lambda _sent, _total: None),
            sensor.backups.create(PASSPHRASE),
            sensor.parameters.persist(),
        ):
            with pytest.raises(SicktuiError) as caught:
                await call
            assert_no_secrets(shown(caught.value))
    assert "send_request_headers" in caplog.text
    assert_no_secrets(caplog.text)


async def test_capabilities_hold_no_secrets(challenging: ScriptedSensor, connect: MakeSensor) -> None:
    challenging.on("POST WriteEeprom", if_proven(reply()))
    sensor = connect()
    await sensor.access.open_session()
    await sensor.parameters.persist()
    assert_no_secrets(repr(sensor.capabilities))


def _echo(seen: Seen) -> bytes:
    """A sensor, or a proxy before it, that says in its error what it was sent."""
    sent = json.loads(seen.body) if seen.body.startswith(b"{") else {}
    basic = seen.headers.get("authorization", "")
    said = [
        basic,
        base64.b64decode(basic.removeprefix("Basic ")).decode(),
        seen.headers.get("x-session-token", ""),
    ]
    said += [sent.get("header", {}).get("response", ""), sent.get("data", {}).get("Passphrase", "")]
    return refused(3, "not valid: " + " ".join(said))


@pytest.mark.parametrize("auth", ["challenge", "basic"])
async def test_a_sensor_that_repeats_what_it_was_sent_is_not_quoted_with_it(
    challenging: ScriptedSensor, connect: MakeSensor, tmp_path: Path, auth: str
) -> None:
    if auth == "basic":
        challenging.on("POST CreateSessionToken", reply({"token": TOKEN}))
    package = tmp_path / "package.spk"
    package.write_bytes(b"x" * 1000)
    for key in ("GET parameterbackup", "PUT update", "POST CreateParameterBackup", "POST WriteEeprom"):
        challenging.on(key, _echo)
    sensor = connect(auth=auth)
    assert await sensor.access.open_session()
    for call in (
        sensor.backups.download(tmp_path / "backup", 1000),
        sensor.firmware.upload(package, 1000, lambda _sent, _total: None),
        sensor.backups.create(PASSPHRASE),
        sensor.parameters.persist(),
    ):
        with pytest.raises(SicktuiError) as caught:
            await call
        said = shown(caught.value)
        assert "not valid: " in said, "what the sensor says is told, but for the secrets in it"
        assert_no_secrets(said)
        assert base64.b64encode(f"Service:{PASSWORD}".encode()).decode() not in said
        proofs = [
            json.loads(seen.body).get("header", {}).get("response")
            for seen in challenging.seen
            if seen.method == "POST"
        ]
        assert not [proof for proof in proofs if proof and proof in said]


HIDDEN = 'Größe/42 "&+'


def _encodings(secret: str) -> list[str]:
    raw = secret.encode()
    found = [secret, raw.hex(), raw.hex().upper(), raw.hex(":"), "".join(f"%{byte:02X}" for byte in raw)]
    for before in ("", "a", "ab", "user:"):
        for after in ("", "b", "bc"):
            whole = before.encode() + raw + after.encode()
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                found += [encode(whole).decode(), encode(whole).decode().rstrip("=")]
    found += [json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    found += [quote(secret, safe=""), quote(secret), quote_plus(secret), quote(secret).lower()]
    found += [html.escape(secret), "".join(f"\\x{byte:02x}" for byte in raw)]
    return found


@pytest.mark.parametrize("secret", [HIDDEN, "geheim", "a long passphrase of the plant"])
def test_no_encoding_of_a_secret_survives_what_a_sensor_echoes(secret: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    request = Request("gate", "POST", "X", redactor)
    for echoed in _encodings(secret):
        shown = request.quote(f"bad {echoed} here")
        assert STARS in shown, echoed
        left = shown.replace(STARS, "")
        for form in (secret, secret.encode().hex()):
            assert form not in left
        core = base64.b64encode(secret.encode()).decode()[2:-4]
        assert core not in left


def test_words_that_only_resemble_a_secret_stay() -> None:
    redactor = Redactor()
    redactor.add("servicelevel")
    for text in ("status 4 (Access Denied)", "SICK picoScan150 V2.3.0.0R", "service", "level 73 65 72"):
        assert redactor.redact(text) == text


async def test_a_name_that_could_not_be_restored_is_no_way_out(
    challenging: ScriptedSensor, connect: MakeSensor
) -> None:
    echoed = [PASSPHRASE, base64.b64encode(PASSPHRASE.encode()).decode()]
    answer = reply({"RestoreResult": 4, "ParametersFailedToRestore": echoed})
    challenging.on("POST RestoreParameterBackup", if_proven(answer))
    restored = await connect().backups.restore(PASSPHRASE)
    assert restored.failed == (STARS, STARS)
