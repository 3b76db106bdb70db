"""Neither password nor token nor passphrase ever leaves by a repr, an error or a log."""

import base64
import json
import logging
import traceback
from pathlib import Path

import pytest

from sicktui.model.errors import SicktuiError
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
    assert "WriteEeprom" in caplog.text
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
