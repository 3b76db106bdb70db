"""What a token fetched is the firmware of this sensor, and whole, whatever its reply announces or not."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sicktui.sources import pace
from sicktui.sources.source import FetchedPackage, SourceError
from tests.sources.kit import subject
from tests.sources.odd_server import (
    OddServer,
    Reply,
    binary,
    buffer,
    chunked,
    reply,
    running,
    simple,
    source_at,
)
from tests.thinx_server.firmware import Firmware

OURS = Firmware.made(40_000, seed=1).read()
OTHERS = Firmware.made(44_000, seed=2).read()
CUT = OURS[:20_000]
REFUSED = reply({"success": False, "status": "UPDATE_NOT_FOUND"})
PAGE = reply("<!DOCTYPE html>" + "x" * 2000, kind="text/html")


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "APART", 0.01)


async def fetched(server: OddServer, folder: Path) -> FetchedPackage:
    async with running(server), source_at(server, folder) as source:
        [offer] = [offer async for offer in source.offers([subject()])]
        return await source.fetch(offer, subject(), Path(tempfile.mkdtemp(dir=folder)))


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


BY_TOKEN: dict[str, Reply] = {
    "other firmware until the connection closes": binary(OTHERS, length=None),
    "other firmware in chunks": chunked(OTHERS),
    "other firmware with a length": binary(OTHERS),
    "other firmware with an MD5": binary(OTHERS, length=None, md5=md5(OTHERS)),
    "cut, until the connection closes": binary(CUT, length=None),
    "cut, in chunks": chunked(CUT),
    "cut, with its length": binary(CUT),
    "cut, with length and MD5": binary(CUT, md5=md5(CUT)),
}
BY_SIMPLE: dict[str, Callable[[], Reply]] = {
    "length and MD5": lambda: simple(OURS),
    "MD5": lambda: reply({"md5": md5(OURS), "payload": buffer(OURS)}),
    "length": lambda: reply({"filesize": len(OURS), "payload": buffer(OURS)}),
    "both behind it": lambda: reply({"payload": buffer(OURS), "md5": md5(OURS), "filesize": len(OURS)}),
    "nothing": lambda: reply({"payload": buffer(OURS)}),
    "bytes with a length": lambda: binary(OURS),
    "several files": lambda: reply({"type": "file", "files": [{"name": "a.spk", "data": buffer(OURS)}]}),
}


@pytest.mark.parametrize("way", BY_SIMPLE)
@pytest.mark.parametrize("token", BY_TOKEN)
async def test_a_token_fetches_nothing_but_what_the_simple_way_has(
    tmp_path: Path, token: str, way: str
) -> None:
    server = OddServer(OURS)
    server.get = lambda _: BY_TOKEN[token]
    server.simple = lambda _: BY_SIMPLE[way]()
    got = await fetched(server, tmp_path)
    assert got.path.read_bytes() == OURS


@pytest.mark.parametrize("way", BY_SIMPLE)
async def test_what_is_ours_is_taken_however_it_ends(tmp_path: Path, way: str) -> None:
    server = OddServer(OURS)
    server.get = lambda _: binary(OURS, length=None)
    server.simple = lambda _: BY_SIMPLE[way]()
    assert (await fetched(server, tmp_path)).path.read_bytes() == OURS


@pytest.mark.parametrize("other", [REFUSED, PAGE], ids=["refused", "a page"])
async def test_nothing_announced_and_no_end_is_not_whole(tmp_path: Path, other: Reply) -> None:
    server = OddServer()
    server.get = lambda _: binary(OURS, length=None)
    server.simple = lambda _: other
    with pytest.raises(SourceError, match="announced neither its length nor its MD5") as caught:
        await fetched(server, tmp_path)
    assert caught.value.advice


async def test_the_simple_way_needs_an_end_too(tmp_path: Path) -> None:
    server = OddServer()
    server.get = lambda _: reply("OTT_UPDATE_NOT_AVAILABLE", kind="text/html")
    server.simple = lambda _: binary(CUT, length=None)
    with pytest.raises(SourceError, match="announced neither its length nor its MD5"):
        await fetched(server, tmp_path)


async def test_a_token_that_could_not_be_compared_is_named(tmp_path: Path) -> None:
    server = OddServer()
    server.get = lambda _: binary(OURS, md5=md5(OURS))
    server.simple = lambda _: REFUSED
    got = await fetched(server, tmp_path)
    assert got.path.read_bytes() == OURS
    assert "could not be compared" in got.note


async def test_a_simple_way_that_breaks_off_confirms_no_token(tmp_path: Path) -> None:
    server = OddServer()
    server.get = lambda _: binary(OTHERS, md5=md5(OTHERS))
    server.simple = lambda _: b""
    with pytest.raises(SourceError, match="without an answer"):
        await fetched(server, tmp_path)


@pytest.mark.parametrize(
    "head", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"MZ\x90\0 This program", b"--b1\r\nContent-Type: x\r\n"]
)
async def test_what_begins_as_another_kind_of_file_is_no_package(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(SourceError, match="not a package"):
        await fetched(OddServer(head + OURS), tmp_path)
