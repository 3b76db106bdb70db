"""Checks what was fetched: its length, its MD5, and that it can be a package at all.

MD5 shows that it came whole, not who made it: a server hands its own sum out with whatever it sends. Only the
SHA-256 that a person approves on the shelf does.
"""

import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from sicktui.model.firmware.offer import OfferState
from sicktui.model.firmware.package import Package
from sicktui.model.firmware.product import product_in
from sicktui.model.safe_text import clean
from sicktui.sources.part_file import Blob
from sicktui.sources.source import SourceError
from sicktui.stores.disk.files import is_portable, replace, storage_errors, sync_folder
from sicktui.stores.packages.errors import PackageError, package_type
from sicktui.stores.packages.inspect import inspect_package

_LONGEST_NAME: Final = 150
_HEAD: Final = 512
"""Bytes that show the kind of a file."""
_KINDS: Final = {
    (b"\x89PNG\r\n", b""): "a picture",
    (b"\xff\xd8\xff", b""): "a picture",
    (b"%PDF-", b""): "a PDF document",
    (b"MZ", b"This program"): "a program for Windows",
    (b"--", b"Content-"): "an answer in several parts",
}
"""What other files begin with, and have in their first bytes."""
_AGAIN: Final = "Fetch it again. If it fails again, check the server and the network to it."


class Damaged(SourceError):
    """What came is not what was announced: trying again may help."""


def check_sums(blob: Blob, *, length: int | None, md5: str | None) -> None:
    """Compare what came with what was announced.

    Args:
        blob: what came.
        length: its length in bytes, where that was announced.
        md5: its MD5, where that was announced.

    Raises:
        Damaged: they differ.
    """
    if blob.size == 0:
        raise Damaged("The download is empty.", advice=_AGAIN)
    if length is not None and blob.size != length:
        raise Damaged(
            f"The download has {blob.size} bytes, and {length} were announced.",
            advice=_AGAIN,
        )
    if md5 is not None and blob.md5 != md5.lower():
        raise Damaged("The download was damaged on the way: its MD5 is not the announced one.", advice=_AGAIN)


def as_package(blob: Blob, name: str, room: Path, *, model: str) -> Package:
    """A download under its name, looked at like any package.

    Args:
        blob: what came, checked.
        name: the file's name.
        room: the folder to put it in.
        model: the sensor's, which the name must not contradict.

    Raises:
        SourceError: it cannot be a package.
        StorageError: it cannot be renamed.
    """
    check_name(name)
    _check_family(name, model)
    _check_kind(blob)
    target = room / name
    with storage_errors("write", target):
        replace(blob.path, target)
        sync_folder(room)
    try:
        return inspect_package(target, unpack_to=room / "unpacked")
    except PackageError as error:
        raise SourceError(
            f"What came is not a package: {error.message}", advice=error.advice, state=OfferState.REFUSED
        ) from error


def _check_family(name: str, model: str) -> None:
    """Refuse a package whose name is of another family. The variant is never taken from a name."""
    theirs, ours = product_in(name), product_in(model)
    if theirs and ours and theirs.family != ours.family and theirs.excludes(ours):
        raise SourceError(
            f"The server sends {clean(name, 80)}, which is for {theirs.family}, and the sensor is a {model}.",
            advice="Check which build the server has attached to this sensor.",
            state=OfferState.REFUSED,
        )


def _check_kind(blob: Blob) -> None:
    """Refuse what begins as another kind of file does, whatever its name and sums are."""
    with storage_errors("read", blob.path), blob.path.open("rb") as file:
        head = file.read(_HEAD)
    if _unpacked(head).lstrip()[:1] in (b"<", b"{"):
        raise SourceError(
            "What came is a compressed page or message, and not a package.",
            advice="Switch compression off on the server, or on the proxy in front of it.",
            state=OfferState.REFUSED,
        )
    for (magic, mark), kind in _KINDS.items():
        if head.startswith(magic) and mark in head:
            raise SourceError(
                f"What came is {kind}, and not a package.",
                advice="Check which file the server has attached to this sensor.",
                state=OfferState.REFUSED,
            )


def _unpacked(head: bytes) -> bytes:
    """The beginning of what was compressed with gzip; empty if nothing was."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return b""


def variant_note(name: str, model: str) -> str:
    """What people should know where a name is of the other variant than the sensor; empty if it is not."""
    theirs, ours = product_in(name), product_in(model)
    if theirs is None or ours is None or not theirs.excludes(ours):
        return ""
    return (
        f"It is named for {theirs}, and the sensor is a {ours}; each needs its own file. "
        "Find out which it is for."
    )


def check_name(name: str) -> None:
    """Refuse a file name from a server that is more than a plain name.

    Raises:
        SourceError: it has separators, control characters, or not the suffix of a package.
    """
    plain = name == clean(name) == PurePosixPath(name).name and is_portable(name)
    if not plain or len(name) > _LONGEST_NAME or name.startswith(".") or package_type(name) is None:
        raise SourceError(
            f"The server's file name {clean(name, 80)!r} is not that of a package.",
            advice="Rename it on the server: a plain name that ends in .spk or .spk.signed.",
            state=OfferState.REFUSED,
        )
