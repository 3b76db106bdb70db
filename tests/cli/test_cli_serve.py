"""The dashboard in a browser: who gets in, what the page shows, how it ends."""

import asyncio
import importlib.util
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sicktui.cli.actions.pc.serve import is_loopback
from tests.support.processes import KILL
from tests.support.program import ProgramHarness
from tests.support.waiting import LIMIT, eventually

EMPTY = b"The device list is empty."


class Served:
    """``sicktui serve``, and a browser."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", address: str, browser: aiohttp.ClientSession
    ) -> None:
        self.process = process
        self.address = address
        self.base = address.partition("?")[0]
        self.browser = browser

    async def page(self) -> aiohttp.ClientWebSocketResponse:
        """The page as a browser opens it: the address, the cookie, the socket."""
        async with self.browser.get(self.address) as reply:
            text = await reply.text()
        assert str(reply.url) == self.base, "the key is no longer in the address"
        socket = self.base.replace("http", "ws") + "ws"
        assert f'"{socket}"' in text
        return await self.browser.ws_connect(socket + "?width=80&height=24")


@pytest.fixture
async def served(program: ProgramHarness) -> AsyncIterator[Served]:
    process = program.start("--home", str(program.home), "serve", "--port", "0", fast=False)
    assert process.stdout is not None
    line = await asyncio.to_thread(process.stdout.readline)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        yield Served(process, line.decode().split()[1], browser)


async def shows(page: aiohttp.ClientWebSocketResponse, words: bytes) -> None:
    """Wait until the page has been sent some words."""
    seen = b""
    async with asyncio.timeout(LIMIT):
        while words not in seen:
            message = await page.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, (message, seen)
            seen += message.data


def dashboards(home: Path) -> int:
    """How many dashboards of a home there are."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        found += str(home).encode() in words and b"serve" not in words
    return found


async def test_a_page_shows_the_dashboard_and_takes_keys(program: ProgramHarness, served: Served) -> None:
    page = await served.page()
    await shows(page, EMPTY)
    await page.send_json(["stdin", "?"])
    await shows(page, b"Help")
    await page.send_json(["stdin", "qq"])
    async with asyncio.timeout(LIMIT):
        while not page.closed:
            await page.receive()
    served.process.terminate()
    result = await asyncio.to_thread(program.wait, served.process)
    assert result.code == 0, result
    assert "It has no login" in result.err


async def test_nobody_gets_in_without_the_key_or_from_another_page(served: Served) -> None:
    browser, base = served.browser, served.base
    for path in ("", "ws", "static/js/textual.js", "download/x", "?key=wrong"):
        async with browser.get(base + path) as reply:
            assert reply.status == 403, path
    async with browser.get(served.address) as reply:
        assert reply.status == 200
        assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
        cookie = reply.history[0].headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    for origin in ("http://127.0.0.1:1", "http://evil.example", "null"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.ws_connect(base + "ws", origin=origin)
        assert refused.value.status == 403, origin


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
async def test_a_dashboard_ends_with_its_page_and_with_its_server(
    program: ProgramHarness, served: Served
) -> None:
    page = await served.page()
    await shows(page, EMPTY)
    assert dashboards(program.home) >= 1
    await page.close()
    await eventually(lambda: dashboards(program.home) == 0)
    await shows(await served.page(), EMPTY)
    served.process.send_signal(KILL)
    await eventually(lambda: dashboards(program.home) == 0)


def test_what_it_refuses(program: ProgramHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("0.0.0.0", "::", "192.168.0.5", "plant-pc"):  # noqa: S104  refused
        result = program.here("serve", "--listen", host)
        assert result.code == 2
        assert "--exposed" in result.err
    result = program.here("serve", "--password-stdin", stdin=b"secret\n")
    assert (result.code, "secret" in result.err) == (2, False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = program.here("serve", "--json")
    assert result.every_line[-1]["advice"].endswith("pip install 'sicktui[web]'.")
    assert [is_loopback(host) for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost")] == [True] * 4
