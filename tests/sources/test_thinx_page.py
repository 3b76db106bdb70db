"""The wiki page on firmware updates (August 2017), request by request, with a plain client."""

import asyncio
import hashlib
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.plain_client import PlainClient
from tests.sources.servers import Clock
from tests.thinx_server import mqtt
from tests.thinx_server.application import Application
from tests.thinx_server.certificates import Authority
from tests.thinx_server.firmware import Build, File, FileShape, Firmware
from tests.thinx_server.gateway import gateway_to
from tests.thinx_server.generations import AUGUST_2017, Generation
from tests.thinx_server.server import Server, serving, serving_in_thread
from tests.thinx_server.tokens import DAY, HOUR

FIRMWARE = Firmware.made(200_000, head=b"firmware of the page")


def _page_server(generation: Generation = AUGUST_2017, clock: Clock | None = None) -> Application:
    application = Application(generation, now=clock or Clock())
    application.builds.append(Build("1.1.0", FIRMWARE))
    application.devices.switch_auto_update(on=True)
    return application


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    with serving_in_thread(_page_server(clock=clock)) as running:
        yield running


@pytest.fixture
def client(server: Server, clock: Clock) -> PlainClient:
    """A device that the server has known since a second ago."""
    device = PlainClient(server.url, server.application.account)
    device.check_in()
    clock.now += 2
    return device


def test_checkin_says_firmware_update_instead_of_ok(client: PlainClient) -> None:
    registration = client.check_in().registration
    assert (registration["status"], registration["version"]) == ("FIRMWARE_UPDATE", "1.1.0")


def test_checkin_says_ok_without_new_firmware(client: PlainClient) -> None:
    assert client.check_in("1.1.0").registration["status"] == "OK"


def test_without_auto_update_the_owner_is_told_and_nothing_is_commenced(
    server: Server, client: PlainClient
) -> None:
    server.application.devices.switch_auto_update(on=False)
    registration = client.check_in().registration
    assert (registration["status"], registration["auto_update"]) == ("OK", False)
    assert client.firmware().json == {"success": False, "status": "OK"}


def test_simple_post_gives_the_binary_at_once(server: Server, client: PlainClient) -> None:
    assert client.firmware().body == FIRMWARE.read()
    assert not server.record.broken


def test_without_use_it_falls_back_to_simple(client: PlainClient) -> None:
    assert client.firmware(use="").body == FIRMWARE.read()


@pytest.mark.parametrize("path", ["/device/firmware", "/device/"])
def test_use_ott_gives_only_a_token_that_get_redeems(server: Server, client: PlainClient, path: str) -> None:
    reply = client.firmware(path, use="ott").json
    assert list(reply) == ["ott"]
    fetched = client.by_token(reply["ott"])
    assert fetched.body == FIRMWARE.read()
    assert fetched.headers["x-md5"] == hashlib.md5(fetched.body, usedforsecurity=False).hexdigest()
    assert "authentication" not in server.record.requests[-1].headers
    assert not server.record.broken


def test_token_of_the_checkin_redeems_too(client: PlainClient) -> None:
    assert client.by_token(client.check_in().registration["ott"]).body == FIRMWARE.read()


def test_token_is_valid_for_24_hours(client: PlainClient, clock: Clock) -> None:
    first, second = (client.firmware(use="ott").json["ott"] for _ in range(2))
    clock.now += DAY - 1
    assert client.by_token(first).body == FIRMWARE.read()
    clock.now += 1
    assert client.by_token(second).body == b"OTT_UPDATE_NOT_FOUND"


def test_token_is_valid_for_an_hour_from_the_first_attempt(client: PlainClient, clock: Clock) -> None:
    token = client.firmware(use="ott").json["ott"]
    client.by_token(token)
    clock.now += HOUR - 1
    assert client.by_token(token).body == FIRMWARE.read()
    clock.now += 1
    assert client.by_token(token).body == b"OTT_UPDATE_NOT_FOUND"


def test_multi_file_answer_is_a_json_object(server: Server, client: PlainClient) -> None:
    notes = Firmware.of(b'notes "in quotes"\n')
    files = (
        File("firmware.bin", FIRMWARE),
        File("notes.txt", notes, FileShape.TEXT),
        File("more.bin", notes, FileShape.URL, url="https://files.example/more.bin"),
    )
    server.application.builds.append(Build("1.2.0", FIRMWARE, files=files))
    reply = client.firmware().json
    assert reply["type"] == "file"
    binary, text, address = reply["files"]
    assert binary["name"] == "firmware.bin"
    assert (binary["data"]["type"], bytes(binary["data"]["data"])) == ("Buffer", FIRMWARE.read())
    assert text == {"name": "notes.txt", "data": 'notes "in quotes"\n'}
    assert address == {"name": "more.bin", "url": "https://files.example/more.bin"}
    # Tokens are for single files only.
    token = client.check_in().registration["ott"]
    assert client.by_token(token).body == b"OTT_UPDATE_NOT_AVAILABLE"


def test_forced_serves_an_equal_version_as_a_boolean_only(server: Server, client: PlainClient) -> None:
    client.check_in("1.1.0")
    assert client.firmware().json == {"success": False, "status": "OK"}
    assert client.firmware(forced=True).body == FIRMWARE.read()
    assert not [each for each in server.record.broken if "forced" in each]
    assert client.firmware(forced="true").json == {"success": False, "status": "OK"}
    assert [each for each in server.record.broken if "forced" in each]


async def test_gateway_carries_plain_http_to_a_server_with_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trust = ssl.create_default_context(cafile=authority.file)
    async with (
        serving(_page_server(), authority.issue().context()) as server,
        gateway_to(server.port, trust) as address,
    ):
        device = PlainClient(address, server.application.account)
        await asyncio.to_thread(device.check_in)
        assert (await asyncio.to_thread(device.firmware)).body == FIRMWARE.read()
        assert all(request.tls for request in server.record.requests)
        assert address.startswith("http://")


@pytest.mark.parametrize("shape", ["retained", "live"])
def test_mqtt_reports_new_firmware_and_http_hands_out_the_token(
    server: Server, client: PlainClient, broker: mqtt.Broker, shape: str
) -> None:
    """The page: the owner gets a retained message at login; a token comes over HTTP only."""
    account = server.application.account
    assert client.udid
    broker.allow(client.udid, account.key)
    to = mqtt.topic(account.owner, client.udid)
    message = mqtt.offer("0" * 64, "1.1.0")
    if shape == "retained":
        broker.publish(to, message, retain=True)
    with broker.subscribed(client.mac, client.udid, account.key, to) as messages:
        if shape == "live":
            broker.publish(to, message)
        assert json.loads(messages.next()) == message
    assert client.by_token(client.check_in().registration["ott"]).body == FIRMWARE.read()
