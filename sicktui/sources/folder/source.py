"""What a folder offers: each package in it once, and why a file in it cannot be used."""

import asyncio
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Final

from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES
from sicktui.model.safe_text import clean
from sicktui.sources.folder.listing import PackageFile, list_folder, unreadable
from sicktui.sources.source import FetchedPackage, Hearing, Hint, Progress, SourceError
from sicktui.stores.disk.files import CHUNK, display_path, storage_errors
from sicktui.stores.packages.inspect import PackageError, inspect_package
from sicktui.stores.packages.zip import MAX_ZIP_BYTES
from sicktui.stores.sources.offers import OfferStore, SeenFile

YOUNG: Final = 5.0
"""Seconds since the last change within which a file may still be being copied."""
SECOND_LOOK: Final = 1.0
"""Seconds after which a young file is looked at again."""
_NOT_TEXT: Final = SourceError(
    "The name of this file is not text in UTF-8, so it is not offered.", advice="Rename it."
)
_COPY_MARKS: Final = re.compile(r"(?i)( - copy| - kopie|[ _-]?\(\d+\))+(?=\.|$)")


class FolderSource:
    """A folder as a source.

    Args:
        name: what the settings call it.
        folder: where it is.
        store: where its files are remembered, so that they are hashed once.
        work: where zips are unpacked to look into them; made if it does not exist.
    """

    asks_for_sensors = False
    warnings: Sequence[str] = ()

    def __init__(self, name: str, folder: Path, store: OfferStore, work: Path) -> None:
        self.name = name
        self._folder = folder
        self._store = store
        self._work = work

    async def offers(self, subjects: Sequence[Subject]) -> AsyncGenerator[Offer, None]:
        """One offer for each file that is, or should be, a package."""
        del subjects
        try:
            files = await asyncio.to_thread(list_folder, self._folder)
        except SourceError as error:
            yield self._trouble(error.state, error)
            return
        if any(_age(file) < YOUNG for file in files):
            await asyncio.sleep(SECOND_LOOK)
        known = self._store.files(self.name)
        seen: dict[str, SeenFile] = {}
        found: list[Offer] = []
        for file in files:
            key = str(file.path)
            if not _is_text(key):
                found.append(self._trouble(OfferState.REFUSED, _NOT_TEXT, file.path))
                continue
            try:
                seen[key] = await asyncio.to_thread(self._look, file, known.get(key))
            except SourceError as error:
                found.append(self._trouble(error.state, error, file.path))
            except PackageError as error:
                found.append(self._trouble(OfferState.REFUSED, error, file.path))
        self._store.keep_files(self.name, seen)
        for offer in [*self._of(seen), *found]:
            yield offer

    async def fetch(
        self,
        offer: Offer,
        subject: Subject | None,
        room: Path,
        *,
        forced: bool = False,
        progress: Progress = lambda _sent, _total: None,
    ) -> FetchedPackage:
        """Copy the file of an offer, and unpack it if it is a zip.

        Raises:
            SourceError: it changed or is gone since the check.
            StorageError: this PC has no room for it.
        """
        del subject, forced
        source = Path(offer.key)
        seen = self._store.files(self.name).get(offer.key)
        copy = room / source.name
        loop = asyncio.get_running_loop()

        def report(sent: int, total: int | None) -> None:
            loop.call_soon_threadsafe(progress, sent, total)

        await asyncio.to_thread(_copy, source, copy, report)
        try:
            package = await asyncio.to_thread(inspect_package, copy, unpack_to=room / "unpacked")
        except PackageError as error:
            raise SourceError(error.message, advice=error.advice, state=OfferState.REFUSED) from error
        if seen is None or package.sha256 != seen.sha256:
            raise SourceError(
                f"{display_path(source.name)} changed after the check, so it was not fetched.",
                advice="Wait until it is completely copied, then check again.",
            )
        return FetchedPackage(
            path=Path(package.path), sha256=package.sha256, size=package.size, version=package.version
        )

    def listen(
        self, on_hint: Callable[[Hint], None], on_state: Callable[[Hearing], None] = lambda _: None
    ) -> None:
        """A folder sends no hints."""

    async def aclose(self) -> None:
        """Nothing is open."""

    def _look(self, file: PackageFile, known: SeenFile | None) -> SeenFile:
        """What a file is, hashed unless it is as it was.

        Raises:
            PackageError: it cannot be used.
            SourceError: it is being copied, or gone.
        """
        if known is not None and (known.size, known.changed) == (file.size, file.changed):
            return known
        self._must_be_still(file)
        self._work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._work, prefix=".look-") as room:
            try:
                package = inspect_package(file.path, unpack_to=Path(room))
            except PackageError:
                self._must_be_still(file)
                raise
        self._must_be_still(file)
        return SeenFile(
            size=file.size,
            changed=file.changed,
            sha256=package.sha256,
            name=package.name,
            version=package.version,
        )

    def _must_be_still(self, file: PackageFile) -> None:
        try:
            stat = file.path.stat()
        except FileNotFoundError as error:
            raise SourceError(
                f"{display_path(file.path.name)} is gone since the folder was listed.",
                advice="Check again; if the share is not stable, copy the file to this PC.",
            ) from error
        except OSError as error:
            raise unreadable(self._folder, error) from error
        if (stat.st_size, stat.st_mtime_ns) != (file.size, file.changed):
            raise SourceError(
                f"{display_path(file.path.name)} is still being copied.",
                advice="Check again when the copy is complete.",
            )

    def _of(self, seen: dict[str, SeenFile]) -> list[Offer]:
        """An offer for each content; files of one version with different bytes are named."""
        by_content: dict[str, str] = {}
        # Of equal files, one whose name has the version; no zip where the package itself is there.
        order = sorted(seen, key=lambda p: (seen[p].version is None, p.lower().endswith(".zip"), p))
        for path in order:
            by_content.setdefault(seen[path].sha256, path)
        same: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in by_content.values():
            same[_what(seen[path])].append(path)
        return [
            self._conflict(path, seen[path], others)
            if (others := [other for other in same[_what(seen[path])] if other != path])
            else self._offer(path, seen[path])
            for path in sorted(by_content.values())
        ]

    def _offer(self, path: str, file: SeenFile) -> Offer:
        version = "" if file.version else " Its name contains no version."
        return Offer(
            source=self.name,
            state=OfferState.OFFERED,
            version=file.version,
            name=file.name,
            package=file.sha256,
            key=path,
            message=f"{clean(Path(path).name)}.{version}",
        )

    def _conflict(self, path: str, file: SeenFile, others: Sequence[str]) -> Offer:
        names = ", ".join(clean(self._inside(other)) for other in others[:3])
        return Offer(
            source=self.name,
            state=OfferState.REFUSED,
            version=file.version,
            name=file.name,
            key=path,
            message=f"{clean(self._inside(path))} has the same version as {names}, but different bytes.",
            advice="Keep the one that fits the sensors, or add it by hand with 'sicktui firmware add'.",
        )

    def _inside(self, path: str) -> str:
        try:
            return str(Path(path).relative_to(self._folder))
        except ValueError:
            return path

    def _trouble(self, state: OfferState, error: SicktuiError, path: Path | None = None) -> Offer:
        return Offer(
            source=self.name,
            state=state,
            key="" if path is None or not _is_text(str(path)) else str(path),
            name=None if path is None else clean(path.name),
            message=error.message,
            advice=error.advice,
        )


def _is_text(path: str) -> bool:
    """Whether a path can be written down: a name of other bytes than UTF-8 cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in path)


def _age(file: PackageFile) -> float:
    """Seconds since the last change; a clock of the share that is ahead of ours counts as now."""
    return abs(time.time() - file.changed / 1e9)


def _what(file: SeenFile) -> tuple[str, str]:
    """Which firmware a name claims to be: two contents under one are a mistake of somebody."""
    stem = _COPY_MARKS.sub("", file.name).casefold()
    if file.version is None:
        return stem, ""
    version = file.version.casefold()
    return stem.replace(version, "").replace(version.replace(".", "_"), ""), version


def _copy(source: Path, target: Path, progress: Callable[[int, int | None], None]) -> None:
    try:
        with source.open("rb") as file, storage_errors("write", target), target.open("xb") as copy:
            total, done = source.stat().st_size, 0
            while chunk := _read(file.read, source):
                done += len(chunk)
                if done > max(MAX_PACKAGE_BYTES, MAX_ZIP_BYTES):
                    raise SourceError(
                        f"{display_path(source.name)} is larger than a package can be.",
                        state=OfferState.REFUSED,
                    )
                copy.write(chunk)
                progress(done, total)
    except OSError as error:
        raise unreadable(source.parent, error) from error


def _read(read: Callable[[int], bytes], source: Path) -> bytes:
    try:
        return read(CHUNK)
    except OSError as error:
        raise unreadable(source.parent, error) from error
