"""What goes wrong in any generation: lengths, stalls, changes, redirects, certificates; and the memory."""

import asyncio
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.plain_client import MAC, PlainClient
from tests.sources.servers import FIRMWARE, Setting, setting
from tests.thinx_server import replies
from tests.thinx_server.application import Application
from tests.thinx_server.certificates import Authority, Kind
from tests.thinx_server.devices import Account
from tests.thinx_server.firmware import Build, Firmware
from tests.thinx_server.generations import JUNE_2026, OCTOBER_2026, Fault
from tests.thinx_server.server import serving, serving_in_thread
from tests.thinx_server.troubles import NO_TROUBLE, NOTHING_LIKE_IT, Trouble, Way

BODY = FIRMWARE.read()


@pytest.fixture
def it() -> Iterator[Setting]:
    with setting(OCTOBER_2026) as running:
        yield running


@pytest.fixture
def device(it: Setting) -> PlainClient:
    return it.known()


@pytest.fixture
def token(device: PlainClient) -> str:
    return str(device.check_in().registration["ott"])


@pytest.mark.parametrize(
    "reply",
    [
        replies.refused("refused"),
        replies.refused_by_status("REFUSED"),
        replies.word("refused"),
        replies.refused_nested("refused"),
        replies.refused_nested("refused", as_text=True),
        replies.empty(),
        replies.page("Bad Request", status=400),
        replies.refused("refused", status=401),
        replies.refused("refused", status=403),
        replies.page("Bad Gateway", status=502),
    ],
)
@pytest.mark.parametrize("way", list(Way))
def test_every_refusal_on_every_way_once(
    it: Setting, device: PlainClient, token: str, way: Way, reply: replies.Reply
) -> None:
    ask = {
        Way.CHECK_IN: device.check_in,
        Way.FIRMWARE: device.firmware,
        Way.TOKEN: lambda: device.by_token(token),
    }
    it.application.script.once(way, Trouble(instead=reply))
    answer = ask[way]()
    assert answer.status == reply.status
    assert answer.body == b"".join(reply.body.chunks())
    assert answer.headers["content-type"] == reply.content_type
    assert ask[way]().body != answer.body


def test_announced_longer_than_sent(it: Setting, device: PlainClient, token: str) -> None:
    it.application.script.once(Way.TOKEN, Trouble(announced=10))
    with pytest.raises(http.client.IncompleteRead) as raised:
        device.by_token(token)
    assert raised.value.partial == BODY


def test_announced_shorter_than_sent(it: Setting, device: PlainClient, token: str) -> None:
    it.application.script.once(Way.TOKEN, Trouble(announced=-10))
    assert device.by_token(token).body == BODY[:-10]
    it.application.script.once(Way.TOKEN, Trouble(announced=-10))
    with socket.create_connection(("127.0.0.1", it.server.port), 10) as plain:
        plain.sendall(f"GET /device/firmware?ott={token} HTTP/1.1\r\n\r\n".encode())
        with plain.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    assert f"Content-Length: {len(BODY) - 10}".encode() in head
    assert body == BODY


def test_without_a_length(it: Setting, device: PlainClient, token: str) -> None:
    it.application.script.once(Way.TOKEN, Trouble(no_length=True))
    answer = device.by_token(token)
    assert answer.body == BODY
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("after", [0, 1000])
def test_a_download_that_stalls(it: Setting, token: str, after: int) -> None:
    it.application.script.once(Way.TOKEN, Trouble(stall_after=after))
    with socket.create_connection(("127.0.0.1", it.server.port), 10) as plain:
        plain.sendall(f"GET /device/firmware?ott={token} HTTP/1.1\r\n\r\n".encode())
        with plain.makefile("rb") as stream:
            while stream.readline() != b"\r\n":
                pass
            assert stream.read(after) == BODY[:after]
            plain.settimeout(0.3)
            with pytest.raises(TimeoutError):
                stream.read(1)


def test_a_download_that_breaks_off(it: Setting, device: PlainClient, token: str) -> None:
    it.application.script.once(Way.TOKEN, Trouble(end_after=1000))
    with pytest.raises(http.client.IncompleteRead) as raised:
        device.by_token(token)
    assert raised.value.partial == BODY[:1000]


def test_a_download_that_changes_between_two_tries(it: Setting, device: PlainClient, token: str) -> None:
    it.application.script.once(Way.TOKEN, NO_TROUBLE, Trouble(changed_from=50_000))
    first, second, third = (device.by_token(token) for _ in range(3))
    assert first.body == third.body == BODY
    assert second.body[:50_000] == BODY[:50_000]
    assert second.body != BODY
    assert len(second.body) == len(BODY)


@pytest.mark.parametrize("md5", [NOTHING_LIKE_IT, ""])
def test_an_md5_that_is_wrong_or_missing(it: Setting, device: PlainClient, token: str, md5: str) -> None:
    it.application.script.always(Way.TOKEN, Trouble(md5=md5))
    answer = device.by_token(token)
    assert (answer.body, answer.headers.get("x-md5", "")) == (BODY, md5)
    it.application.script.always(Way.TOKEN, NO_TROUBLE)
    assert device.by_token(token).headers["x-md5"] == FIRMWARE.md5


def test_a_redirect_to_another_host(it: Setting, device: PlainClient, token: str) -> None:
    elsewhere = f"http://localhost:{it.server.port}/device/firmware?ott={token}"
    it.application.script.once(Way.TOKEN, Trouble(instead=replies.redirect(elsewhere)))
    answer = device.by_token(token)
    assert (answer.status, answer.headers["location"]) == (302, elsewhere)


def test_a_restart_keeps_the_tokens(it: Setting, device: PlainClient, token: str) -> None:
    with serving_in_thread(it.application) as again:
        assert PlainClient(again.url, device.account).by_token(token).body == BODY


@pytest.mark.parametrize("hang_up", [False, True])
def test_a_server_that_never_answers(it: Setting, hang_up: bool) -> None:
    it.application.script.always(Way.CHECK_IN, Trouble(instead=replies.NoReply(hang_up=hang_up)))
    impatient = PlainClient(it.server.url, it.application.account, timeout=20 if hang_up else 0.2)
    with pytest.raises((http.client.HTTPException, ConnectionError) if hang_up else TimeoutError):
        impatient.check_in()
    assert it.application.devices.all() == []


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Kind.GOOD, ""),
        (Kind.EXPIRED, "certificate has expired"),
        (Kind.SELF_SIGNED, "self-signed certificate"),
        (Kind.WRONG_NAME, "not valid for '127.0.0.1'"),
    ],
)
def test_certificates(authority: Authority, kind: Kind, why: str) -> None:
    trust = ssl.create_default_context(cafile=authority.file)
    application = Application(OCTOBER_2026)
    with serving_in_thread(application, authority.issue(kind).context()) as server:
        device = PlainClient(server.url, application.account, context=trust)
        if not why:
            assert device.check_in().registration["status"] == "OK"
            assert server.record.requests[0].tls
            return
        with pytest.raises(ssl.SSLCertVerificationError, match=re.escape(why)):
            device.check_in()
        assert server.record.requests == []


@pytest.mark.skips_waiting
async def test_the_silence_of_a_long_download_takes_no_time_where_the_loop_skips_it() -> None:
    loop = asyncio.get_running_loop()
    application = Application(JUNE_2026.minus(Fault.NO_BUILD_FOUND, Fault.CUT_BUFFER), now=loop.time)
    application.builds.append(Build("1.1.0", Firmware.made(3_000_000)))
    device, _ = application.devices.check_in(application.account.owner, MAC, None)
    device.firmware = "name:1.0.0"
    token = application.tokens.issue(device.owner, device.udid)
    async with serving(application) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"GET /device/firmware?ott={token} HTTP/1.1\r\n\r\n".encode())
        began = loop.time()
        head = await reader.readuntil(b"\r\n\r\n")
        assert loop.time() - began == pytest.approx(46 / 30, abs=0.1)
        assert b"x-MD5: " in head
        assert len(await reader.readexactly(3_000_000)) == 3_000_000
        writer.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_90_mb_of_firmware_need_no_memory_at_the_server() -> None:
    size = 90_000_000
    command = [sys.executable, "-m", "tests.thinx_server", "--port", "0", "--size", str(size)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=root, env=dict(os.environ)
    ) as process:
        try:
            assert process.stdout
            url, owner, key = (process.stdout.readline().strip() for _ in range(3))
            length = _read_away(url, owner, key)
            peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        finally:
            process.kill()
    assert 3.5 < length / size < 3.65
    assert peak
    assert int(peak[1]) < 60_000


def _read_away(url: str, owner: str, key: str) -> int:
    device = PlainClient(url, Account(owner, key))
    device.check_in()
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    wanted = {"mac": device.mac, "udid": device.udid, "owner": owner}
    connection.request("POST", "/device/firmware", json.dumps(wanted), {"Authentication": key})
    reply, length = connection.getresponse(), 0
    while block := reply.read(1024 * 1024):
        length += len(block)
    connection.close()
    return length
