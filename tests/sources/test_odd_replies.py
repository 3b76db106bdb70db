"""Replies that contradict themselves, are not whole, or never end: a sentence each, and no file."""

import asyncio
import base64
import gzip
import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sicktui.model.firmware.offer import OfferState
from sicktui.sources import pace
from sicktui.sources.source import SourceError
from sicktui.sources.thinx import receiving
from sicktui.sources.thinx.protocol.refusals import without_secrets
from tests.sources.kit import subject
from tests.sources.odd_server import KEY, OddServer, Reply, buffer, reply, running, source_at
from tests.thinx_server.firmware import Firmware

OURS = Firmware.made(40_000, seed=1).read()
OTHERS = Firmware.made(40_000, seed=2).read()
PAGE = b"<!DOCTYPE html><html>" + b"It works. " * 400


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def raw(body: bytes, *lines: str, status: str = "200 OK") -> Reply:
    head = [f"HTTP/1.1 {status}", "Content-Type: application/octet-stream", "Connection: close", *lines]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


def twice(key: str) -> Reply:
    one, two = (json.dumps(buffer(each)) for each in (OURS, OTHERS))
    return reply(f'{{"{key}":{one},"{key}":{two}}}')


ODD: dict[str, tuple[Callable[[], Reply], str]] = {
    "two payloads": (lambda: twice("payload"), "it has 'payload' twice"),
    "a payload and a success": (
        lambda: reply({"payload": buffer(OURS), "success": buffer(OTHERS)}),
        "sends 2 files in an answer that has one",
    ),
    "a payload and no success": (
        lambda: reply({"success": False, "payload": buffer(OURS), "status": "UPDATE_NOT_FOUND"}),
        "has no build of it",
    ),
    "an MD5 in the header that is not the one in the JSON": (
        lambda: reply({"md5": md5(OURS), "payload": buffer(OURS)}, headers={"x-MD5": md5(OTHERS)}),
        "its MD5 is not the announced one",
    ),
    "two MD5": (lambda: raw(OURS, f"x-MD5: {md5(OURS)}", f"x-MD5: {md5(OTHERS)}"), "announces two MD5"),
    "an MD5 that is none": (lambda: raw(OURS, "x-MD5: yes"), "announces two MD5, or one that cannot be"),
    "a part": (lambda: raw(OURS[:20_000], status="206 Partial Content"), "sends a part of the firmware"),
    "a failure with bytes": (lambda: raw(OURS, status="503 Unavailable"), "failed with HTTP 503"),
    "a page in gzip": (lambda: raw(gzip.compress(PAGE * 300)), "a compressed page or message"),
    "JSON in gzip": (lambda: raw(gzip.compress(b'{"a":"' + OURS.hex().encode())), "a compressed page"),
    "a page in gzip, and said so": (
        lambda: raw(gzip.compress(PAGE), "Content-Encoding: gzip"),
        "sends compressed replies",
    ),
}


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "APART", 0.01)


async def fetch(server: OddServer, folder: Path) -> SourceError:
    async with running(server), source_at(server, folder) as source:
        [offer] = [offer async for offer in source.offers([subject()])]
        with pytest.raises(SourceError) as caught:
            await source.fetch(offer, subject(), Path(tempfile.mkdtemp(dir=folder)))
    assert caught.value.advice
    assert not list(folder.rglob("*.spk*"))
    return caught.value


@pytest.mark.parametrize("name", ODD)
async def test_a_reply_that_contradicts_itself_is_a_sentence_and_no_file(tmp_path: Path, name: str) -> None:
    answer, words = ODD[name]
    server = OddServer(OURS)
    server.get = server.simple = lambda _: answer()
    assert words in (await fetch(server, tmp_path)).message


@pytest.mark.parametrize("way", ["token", "simple", "JSON"])
async def test_a_reply_without_an_end_ends_at_the_limit_of_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("sicktui.sources.part_file.PartFile.__init__.__kwdefaults__", {"limit": 200_000})
    monkeypatch.setattr(receiving, "MAX_JSON", 800_000)
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        kind = "application/json" if way == "JSON" else "application/octet-stream"
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode())
        writer.write(b'{"payload":{"type":"Buffer","data":[7' if way == "JSON" else b"\x01" * 600)
        piece = b",7" * 5000 if way == "JSON" else OURS
        try:
            while True:
                writer.write(piece)
                sent += len(piece)
                await writer.drain()
        except OSError:
            writer.close()

    server = OddServer(OURS)
    async with (
        await asyncio.start_server(endless, "127.0.0.1", 0) as listening,
        running(server),
        source_at(server, tmp_path) as source,
    ):
        [offer] = [offer async for offer in source.offers([subject()])]
        if way != "token":
            source.forget_tokens()
        port = listening.sockets[0].getsockname()[1]
        monkeypatch.setattr(source._wire, "_base", f"http://127.0.0.1:{port}")
        with pytest.raises(SourceError, match="more than") as caught:
            await source.fetch(offer, subject(), Path(tempfile.mkdtemp(dir=tmp_path)))
    assert caught.value.state is OfferState.REFUSED
    assert sent < 50_000_000
    assert not list(tmp_path.rglob("*.spk*"))


IV = bytes(range(16))
ECHOED = {
    "key": KEY,
    "KEY": KEY.upper(),
    "key in base64": base64.b64encode(KEY.encode()).decode(),
    "bytes of the key in base64": base64.b64encode(bytes.fromhex(KEY)).decode(),
    "key in base64 for addresses": base64.urlsafe_b64encode(bytes.fromhex(KEY)).decode(),
    "iv": IV.hex(),
    "iv in base64": base64.b64encode(bytes(199 - 7 * n for n in range(16))).decode(),
}


@pytest.mark.parametrize("name", ECHOED)
@pytest.mark.parametrize("shape", ["word", "response", "version"])
async def test_a_secret_that_a_server_echoes_is_in_no_sentence(tmp_path: Path, name: str, shape: str) -> None:
    secret = ECHOED[name]
    server = OddServer(OURS)
    if shape == "version":
        server.offered = f"2.3.1 {secret}"
    else:
        body: str | dict[str, object] = f"refused {secret} for you"
        body = {"success": False, "response": body} if shape == "response" else body
        server.check_in = lambda _: reply(body)
    async with running(server), source_at(server, tmp_path) as source:
        [offer] = [offer async for offer in source.offers([subject()])]
    assert secret[:16] not in f"{offer}"
    assert "(hidden)" in f"{offer}"


@pytest.mark.parametrize(
    "text",
    [
        "OTT_UPDATE_NOT_AVAILABLE",
        "device_update_failed_somehow",
        "owner_found_but_no_key",
        "2.3.1-rc.1+build.7",
    ],
)
def test_words_are_shown(text: str) -> None:
    assert without_secrets(text) == text
