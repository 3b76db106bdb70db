"""The body of a reply that should be firmware: raw bytes, JSON with a Buffer, several files, or a refusal."""

import re
from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from sicktui.model.firmware.offer import OfferState
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES
from sicktui.model.safe_text import clean
from sicktui.sources.part_file import Blob, PackageTooLarge, PartFile
from sicktui.sources.source import SourceError
from sicktui.sources.thinx.protocol.buffer_json import BadJson, BufferJson, CutShort, blob_of
from sicktui.sources.thinx.protocol.refusals import Refusal, no_words
from sicktui.sources.thinx.protocol.replies import read_refusal, refusal_in
from sicktui.sources.thinx.wire import Download
from sicktui.sources.verify import Damaged, check_sums
from sicktui.stores.packages.errors import package_type

MAX_JSON: Final = 4 * MAX_PACKAGE_BYTES
"""Bytes of JSON: each byte of firmware is written with 3.6 on average."""
SNIFFED: Final = 512
"""Bytes that show the kind of a body."""
_BINARY: Final = "application/octet-stream"
_CUT_BUFFER: Final = re.compile(rb'\s*\{\s*"success"\s*:\s*\{\s*"type"\s*:\s*"Buffer"')
_FIRMWARE: Final = re.compile(rb'"(Buffer|files|payload)"')
_MD5: Final = re.compile(r"[0-9a-fA-F]{32}")
_HEAD_MD5: Final = re.compile(rb'"md5"\s*:\s*"([0-9a-fA-F]{32})"')
_HEAD_SIZE: Final = re.compile(rb'"filesize"\s*:\s*([0-9]{1,10})')
_WORD: Final = re.compile(rb"[\x20-\x7e\s]{0,200}")
_SUCCESS: Final = (200, 201)
_AGAIN: Final = "Fetch it again. If it fails again, check the build on the server."


class Refused(Exception):
    """A refusal instead of firmware.

    Args:
        refusal: its meaning.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.word)
        self.refusal = refusal


class CutBuffer(Exception):
    """The bug of 2022 to mid-2026: JSON in place of the bytes, cut at their length."""


class AnnouncedSums(Struct, frozen=True, kw_only=True):
    """What a reply announces of the firmware in it."""

    size: int | None = None
    md5: str | None = None
    """Lower-case hex."""

    def agrees_with(self, other: "AnnouncedSums") -> bool:
        """Whether both can be of the same file, as far as both announce anything."""
        sizes, md5s = {self.size, other.size} - {None}, {self.md5, other.md5} - {None}
        return len(sizes) < 2 and len(md5s) < 2  # noqa: PLR2004


class Received(Struct, frozen=True, kw_only=True):
    """One file that came whole."""

    blob: Blob
    sums: AnnouncedSums
    name: str | None = None
    """The server's own name for it, unchecked."""
    has_end: bool = True
    """Whether the reply shows where it ends: bytes until the connection closes may be cut anywhere."""

    @property
    def actual(self) -> AnnouncedSums:
        """Length and MD5 of what came."""
        return AnnouncedSums(size=self.blob.size, md5=self.blob.md5)

    def check_end(self) -> None:
        """Return if it is known to be whole.

        Raises:
            SourceError: nothing was announced, and the end was that of the connection.
        """
        if not self.has_end and self.sums == AnnouncedSums():
            raise SourceError(
                "The server announced neither its length nor its MD5, and closed the connection: "
                "whether it came whole is not known.",
                advice="Let the server, or a proxy in front of it, send Content-Length.",
                state=OfferState.REFUSED,
            )


class ByAddress(Struct, frozen=True, kw_only=True):
    """A package that is to be fetched from another address."""

    name: str
    url: str


class Receiver:
    """Receives one body.

    Args:
        room: the folder for files.
        progress: called with the bytes of firmware so far, and with all of them where that is known.
    """

    def __init__(self, room: Path, progress: Callable[[int, int | None], None]) -> None:
        self._room = room
        self._progress = progress
        self._files: list[PartFile] = []

    async def receive(
        self, download: Download, *, before: Callable[[AnnouncedSums], None] = lambda _: None
    ) -> Received | ByAddress:
        """The package in a body.

        Args:
            download: the reply.
            before: called with what is announced, before anything is written; may raise to end it.

        Raises:
            Refused: the body is a refusal.
            CutBuffer: it is JSON that was cut at the length of the firmware.
            SourceError: it cannot be used.
            StorageError: it cannot be written.
        """
        try:
            return await self._receive(download, before)
        except PackageTooLarge:
            raise SourceError(
                f"The server sends more than {MAX_PACKAGE_BYTES // 1_000_000} MB, the sensors' limit.",
                advice="Check the build on the server.",
                state=OfferState.REFUSED,
            ) from None
        finally:
            for file in self._files:
                file.close()

    async def _receive(
        self, download: Download, before: Callable[[AnnouncedSums], None]
    ) -> Received | ByAddress:
        async with aclosing(download.pieces()) as pieces:  # type: ignore[type-var]
            head = b""
            async for piece in pieces:
                head += piece
                if len(head) >= SNIFFED:
                    break
            if refused := refusal_of(download, head):
                raise Refused(refused)
            binary = download.headers.get("content-type", "").partition(";")[0].strip().lower() == _BINARY
            if binary and _CUT_BUFFER.match(head):
                raise CutBuffer
            announced = sums_of(download, head)
            before(announced)
            if not binary and head.lstrip()[:1] == b"{":
                return await self._json(download, head, pieces)
            return await self._raw(download, head, pieces, announced)

    async def _raw(self, download: Download, head: bytes, pieces: Any, announced: AnnouncedSums) -> Received:  # noqa: ANN401
        file = self._new_file()
        file.write(head)
        self._progress(file.size, announced.size)
        async for piece in pieces:
            file.write(piece)
            self._progress(file.size, announced.size)
        blob = file.finish()
        check_sums(blob, length=announced.size, md5=announced.md5)
        return Received(blob=blob, sums=announced, has_end=download.has_end)

    async def _json(self, download: Download, head: bytes, pieces: Any) -> Received | ByAddress:  # noqa: ANN401
        total = sums_of(download, head).size
        decoder = BufferJson(self._new_file)
        try:
            decoder.feed(head)
            async for piece in pieces:
                decoder.feed(piece)
                self._progress(self._size(), total)
                if download.received > MAX_JSON:
                    raise PackageTooLarge
            value = decoder.close()
        except CutShort as error:
            raise Damaged("The server's JSON ends in the middle of the firmware.", advice=_AGAIN) from error
        except BadJson as error:
            raise SourceError(
                f"The server's JSON cannot be read: {error}.", advice=_AGAIN, state=OfferState.REFUSED
            ) from error
        if not isinstance(value, Mapping):
            raise Refused(read_refusal(b""))
        if isinstance(files := value.get("files"), list):
            return _of_files(files)
        if len(self._files) > 1:
            raise SourceError(
                f"The server sends {len(self._files)} files in an answer that has one.",
                advice=_AGAIN,
                state=OfferState.REFUSED,
            )
        received = _of_object(value)
        check_sums(received.blob, length=None, md5=_md5_sent(download))
        return received

    def _new_file(self) -> PartFile:
        file = PartFile(self._room)
        self._files.append(file)
        return file

    def _size(self) -> int:
        return max((file.size for file in self._files), default=0)


def refusal_of(download: Download, head: bytes) -> Refusal | None:
    """The refusal that a body is, by its status and its beginning."""
    bare = head.strip()
    if download.status not in _SUCCESS and not _WORD.fullmatch(bare[:100]):
        return no_words(download.status)
    if download.status not in _SUCCESS or not bare:
        return read_refusal(_by_status(download.status) or bare)
    if len(head) >= SNIFFED:
        return read_refusal(bare) if bare[:1] == b"<" and _WORD.match(bare[:100]) else None
    if bare[:1] == b"<" or (bare[:1] != b"{" and _WORD.fullmatch(bare)):
        return read_refusal(bare)
    return None


def sums_of(download: Download, head: bytes) -> AnnouncedSums:
    """What a reply announces, in its headers or at the beginning of its JSON."""
    if head.lstrip()[:1] == b"{":
        before = head.partition(b"[")[0]
        md5, size = _HEAD_MD5.search(before), _HEAD_SIZE.search(before)
        return AnnouncedSums(
            size=int(size.group(1)) if size else None, md5=md5.group(1).decode().lower() if md5 else None
        )
    return AnnouncedSums(size=download.length, md5=_md5_sent(download))


def _md5_sent(download: Download) -> str | None:
    """The MD5 in the headers of a reply.

    Raises:
        SourceError: there is more than one, or it is something else.
    """
    sent = {each.strip().lower() for each in download.headers.get("x-md5", "").split(",")} - {""}
    if len(sent) > 1 or not all(_MD5.fullmatch(each) for each in sent):
        raise SourceError(
            "The server announces two MD5, or one that cannot be an MD5.",
            advice="Check the server, and a proxy in front of it.",
            state=OfferState.REFUSED,
        )
    return sent.pop() if sent else None


async def announced_by(download: Download) -> AnnouncedSums | None:
    """What a reply announces, without its firmware; empty if it announces nothing, ``None`` for a refusal."""
    head = b""
    async with aclosing(download.pieces()) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            head += piece
            if len(head) >= SNIFFED:
                break
    if len(head) < SNIFFED or refusal_of(download, head):
        return None
    if head.lstrip()[:1] == b"{" and not _FIRMWARE.search(head):
        return None
    return sums_of(download, head)


def _by_status(status: int) -> bytes:
    known = {400: b"request_invalid", 401: b"authentication", 403: b"authentication"}
    return known.get(status, b"") if status not in _SUCCESS else b""


def _of_object(value: Mapping[str, Any]) -> Received:
    """The firmware in a decoded reply."""
    if value.get("success") is False:  # whatever else is in it
        raise Refused(refusal_in(value))
    for key in ("payload", "success"):
        blob = blob_of(value.get(key))
        if blob is not None:
            md5, size = value.get("md5"), value.get("filesize")
            sums = AnnouncedSums(
                size=size if isinstance(size, int) else None,
                md5=md5.lower() if isinstance(md5, str) and _MD5.fullmatch(md5) else None,
            )
            check_sums(blob, length=sums.size, md5=sums.md5)
            return Received(blob=blob, sums=sums)
    whole = blob_of(value)
    if whole is not None:
        check_sums(whole, length=None, md5=None)
        return Received(blob=whole, sums=AnnouncedSums())
    raise Refused(refusal_in(value))


def _of_files(files: list[Any]) -> Received | ByAddress:
    """The one package among several files."""
    named = [(file.get("name"), file) for file in files if isinstance(file, Mapping)]
    found = [(name, file) for name, file in named if isinstance(name, str) and package_type(name)]
    names = ", ".join(clean(str(name), 60) for name, _ in (found or named)[:4])
    if len(found) != 1:
        raise SourceError(
            f"The server sends {len(found)} packages in one answer ({names or 'no file'}), not one.",
            advice="Leave exactly one .spk or .spk.signed in the build.",
            state=OfferState.REFUSED,
        )
    [(name, file)] = found
    blob = blob_of(file.get("data"))
    if blob is not None:
        check_sums(blob, length=None, md5=None)
        return Received(blob=blob, sums=AnnouncedSums(), name=name)
    if isinstance(file.get("url"), str):
        return ByAddress(name=name, url=file["url"])
    raise SourceError(
        f"The server sends {clean(name, 60)} as text, in which bytes of firmware are lost.",
        advice="Let the build have one file only: it is then sent as bytes.",
        state=OfferState.REFUSED,
    )
