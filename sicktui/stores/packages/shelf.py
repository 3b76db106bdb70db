"""The shelf: packages that were put aside, known by their SHA-256, with an operator's approval."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct, structs

from sicktui.model.clock import Clock, SystemClock, timestamp
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES, Package, PackageType
from sicktui.model.firmware.product import is_for, product_in
from sicktui.model.firmware.version import parse
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.stores.disk.files import (
    StorageError,
    TooLarge,
    copy_hashed,
    display_path,
    exclusive,
    explain_os_error,
    is_portable,
    make_folder,
    replace,
    settle,
    storage_errors,
    sync_folder,
    temporary,
    write_atomic,
)
from sicktui.stores.disk.home import SHELF_INDEX
from sicktui.stores.disk.lock_owner import operator
from sicktui.stores.disk.sealed_json import read_json
from sicktui.stores.packages.errors import PackageError, too_large
from sicktui.stores.packages.inspect import inspect_package, verify_unchanged
from sicktui.stores.packages.leftovers import COPY, UNPACKED, remove_leftovers

_LEAST_PREFIX: Final = 4
_LONGEST_MODEL: Final = 64
LONGEST_NOTE: Final = 300


class ShelfEntry(Struct, frozen=True, kw_only=True):
    """A package on the shelf."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    name: Annotated[str, Meta(pattern=r"^[^/\\]+$")]
    type: PackageType
    size: int
    """Bytes."""
    version: str | None
    """From its name, or as entered when it was added."""
    added: str
    """RFC 3339, UTC."""
    added_by: str
    approved: bool = False
    approved_by: str | None = None
    approved_at: str | None = None
    source: str | None = None
    """The source that it was fetched from; ``None``: an operator added it."""
    models: tuple[str, ...] = ()
    """The models that it was fetched or approved for; empty: every model that its name fits."""
    named: bool = False
    """Whether a person has named those models, and not the source that it was fetched from."""
    note: str = ""
    """About its approval, by the person who approved it."""

    @property
    def chosen(self) -> bool:
        """Whether a person has named the models, as for every package that a person added."""
        return bool(self.models) and (self.named or self.source is None)

    def fits(self, model: str) -> bool:
        """Whether it may be for a model, by its models or else by its name."""
        if self.models:
            return is_for(model, self.models)
        theirs, ours = product_in(self.name), product_in(model)
        return theirs is None or ours is None or not theirs.excludes(ours)

    @property
    def id(self) -> str:
        """The beginning of the SHA-256 that people type."""
        return self.sha256[:12]


def same_version(entry: ShelfEntry, entries: Sequence[ShelfEntry]) -> list[ShelfEntry]:
    """The other files of the same version that may be for the same sensors: only one can be the right one."""
    version, ours = parse(entry.version or ""), product_in(entry.name)
    if version is None:
        return []
    twins = [e for e in entries if e.sha256 != entry.sha256 and parse(e.version or "") == version]
    found = []
    for other in twins:
        theirs = product_in(other.name)
        apart = ours is not None and theirs is not None and ours.excludes(theirs)
        divided = entry.models and other.models and not any(is_for(m, entry.models) for m in other.models)
        if not apart and not divided:
            found.append(other)
    return found


def _cleaned(models: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(model, _LONGEST_MODEL).strip() for model in models))


class _Index(Struct, kw_only=True):
    format: int = 1
    entries: list[ShelfEntry] = []


class Shelf:
    """The shelf in one folder: ``<sha256>/<name>``, and an index. Several processes may use it at once.

    Args:
        folder: where it is; made when the first package is added.
        clock: where time comes from.
    """

    def __init__(self, folder: Path, *, clock: Clock | None = None) -> None:
        self.folder = folder
        self._index = folder / SHELF_INDEX
        self._clock = clock or SystemClock()

    def entries(self) -> list[ShelfEntry]:
        """What is on the shelf, in the order in which it came.

        Raises:
            StorageError: the index cannot be read or is damaged.
        """
        try:
            with storage_errors("read", self._index):
                try:
                    index = read_json(self._index, _Index)
                except FileNotFoundError:
                    return []
        except msgspec.DecodeError as error:
            raise StorageError(
                f"The index of the shelf {display_path(self._index)} is damaged: {clean(str(error))}.",
                advice="Move that file away and add the packages again; they are in the same folder.",
            ) from error
        if index.format != 1:
            raise StorageError(
                f"The index of the shelf {display_path(self._index)} was written by a newer sicktui.",
                advice="Install the newer sicktui.",
            )
        return index.entries

    def add(
        self,
        path: Path,
        *,
        version: str | None = None,
        unpack: bool = False,
        source: str | None = None,
        models: Sequence[str] = (),
    ) -> ShelfEntry:
        """Copy a package onto the shelf. One that is there already stays as it is.

        Only one that is not approved yet changes: its models grow, as the source offers it for more of them,
        and its version, if it was not known.

        Args:
            path: the package, or a zip that contains it.
            version: its version, if the name does not contain it.
            unpack: whether a zip may be unpacked.
            source: where it was fetched from, if no operator adds it.
            models: the models that the source offers it for.

        Raises:
            PackageError: the file cannot be used.
            StorageError: it cannot be kept.
        """
        make_folder(self.folder)
        remove_leftovers(self.folder)
        with storage_errors("unpack to", self.folder):
            room = tempfile.TemporaryDirectory(dir=self.folder, prefix=UNPACKED)
        with room:
            package = inspect_package(path, unpack_to=Path(room.name) if unpack else None)
            if not is_portable(package.name):
                raise PackageError(
                    f"{clean(package.name, 80)} is not put on the shelf: Windows can have no such file.",
                    advice="Rename the file as it is in SICK's download, then add it again.",
                )
            entry = structs.replace(self._entry(package, version, source), models=_cleaned(models))
            self._copy(Path(package.path), entry)
        with exclusive(self._index):
            known = self.entries()
            for old in known:
                if old.sha256 == entry.sha256:
                    return self._widened(old, entry, known)
            self._write([*known, entry])
        return entry

    def _widened(self, old: ShelfEntry, new: ShelfEntry, known: list[ShelfEntry]) -> ShelfEntry:
        if old.approved or old.source is None or old.source != new.source:
            return old
        both = structs.replace(
            old, models=_cleaned([*old.models, *new.models]), version=old.version or new.version
        )
        if both != old:
            self._write([both if entry.sha256 == old.sha256 else entry for entry in known])
        return both

    def _entry(self, package: Package, version: str | None, source: str | None) -> ShelfEntry:
        me = operator()
        return ShelfEntry(
            sha256=package.sha256,
            name=package.name,
            type=package.type,
            size=package.size,
            version=clean(version, 40) if version else package.version,
            added=timestamp(self._clock.now()),
            added_by=f"{me.user} on {me.host}",
            source=source,
        )

    def find(self, text: str) -> ShelfEntry:
        """The package of that name, or whose SHA-256 begins so (four characters or more).

        Raises:
            UsageError: there is none, or more than one.
        """
        entries = self.entries()
        prefix = text.lower()
        found = [e for e in entries if len(prefix) >= _LEAST_PREFIX and e.sha256.startswith(prefix)]
        found = found or [e for e in entries if e.name == text]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(
                f"{len(found)} packages on the shelf are meant by {clean(text)!r}: "
                f"{', '.join(f'{e.id} ({e.name})' for e in found[:4])}.",
                advice="Give more of the SHA-256.",
            )
        raise UsageError(
            f"No package on the shelf is called {clean(text)!r}{nearest(text, [e.name for e in entries])}.",
            advice="'sicktui firmware list' shows them.",
        )

    def approve(
        self, which: str, models: Sequence[str] | None = None, *, note: str | None = None
    ) -> ShelfEntry:
        """Approve a package for use on sensors.

        Args:
            which: as for ``find``.
            models: the models that it is for; empty: every model that its name fits; ``None``: as before.
            note: what should be known of the approval; ``None``: as before.

        Raises:
            UsageError: no such package, or more than one.
            PackageError: its file is no longer what was added.
        """
        entry = self.find(which)
        self.package(entry)
        me = operator()
        approved = structs.replace(
            entry,
            approved=True,
            approved_by=f"{me.user} on {me.host}",
            approved_at=timestamp(self._clock.now()),
            models=entry.models if models is None else _cleaned(models),
            named=entry.named if models is None else bool(models),
            note=entry.note if note is None else clean(note, LONGEST_NOTE).strip(),
        )
        self._change(lambda known: [approved if e.sha256 == entry.sha256 else e for e in known])
        return approved

    def remove(self, which: str) -> ShelfEntry:
        """Take a package off the shelf; ``which`` is as for ``find``.

        Raises:
            UsageError: no such package, or more than one.
            StorageError: it cannot be removed.
        """
        entry = self.find(which)
        # The index first: a file without an entry is only waste, an entry without a file is an error.
        self._change(lambda known: [e for e in known if e.sha256 != entry.sha256])
        place = self._place(entry).parent
        with storage_errors("remove", place):
            if place.exists():
                shutil.rmtree(place)
        return entry

    def package(self, entry: ShelfEntry) -> Package:
        """The package of an entry, hashed again.

        Raises:
            PackageError: its file is gone, or no longer what was added.
        """
        package = Package(
            path=str(self._place(entry).absolute()),
            name=entry.name,
            type=entry.type,
            size=entry.size,
            sha256=entry.sha256,
            version=entry.version,
        )
        verify_unchanged(package)
        return package

    def entry_of(self, sha256: str) -> ShelfEntry | None:
        """The entry of these bytes."""
        return next((entry for entry in self.entries() if entry.sha256 == sha256), None)

    def version_for(self, sha256: str) -> str | None:
        """The version that the shelf knows for these bytes."""
        entry = self.entry_of(sha256)
        return entry.version if entry else None

    def approved(self, sha256: str) -> bool:
        """Whether an operator has approved these bytes."""
        return any(entry.approved for entry in self.entries() if entry.sha256 == sha256)

    def trouble(self, entry: ShelfEntry) -> str:
        """What is wrong with the file of an entry, as far as its size shows; ``package`` hashes it."""
        try:
            size = self._place(entry).stat().st_size
        except OSError as error:
            return f"its file cannot be used: {explain_os_error(error)[0]}"
        return "" if size == entry.size else f"its file was changed: {size} bytes instead of {entry.size}"

    def written(self, entry: ShelfEntry) -> int:
        """When the file of an entry was written, ``st_mtime_ns``.

        Raises:
            OSError: it is gone, or cannot be looked at.
        """
        return self._place(entry).stat().st_mtime_ns

    def _place(self, entry: ShelfEntry) -> Path:
        return self.folder / entry.sha256 / entry.name

    def _copy(self, source: Path, entry: ShelfEntry) -> None:
        place = self._place(entry)
        make_folder(place.parent)
        with (
            storage_errors("write", place),
            source.open("rb") as file,
            temporary(place.parent, COPY) as (copy, temp),
        ):
            try:
                copied = copy_hashed(file, copy, MAX_PACKAGE_BYTES)
            except TooLarge:
                raise too_large(source) from None
            if copied != (entry.size, entry.sha256):
                raise PackageError(
                    f"{display_path(source)} changed while it was copied.",
                    advice="Wait until whatever writes to it is done.",
                    code=Code.PACKAGE_UNREADABLE,
                )
            settle(copy)
            replace(temp, place)
            sync_folder(place.parent)

    def _change(self, change: Callable[[list[ShelfEntry]], list[ShelfEntry]]) -> None:
        with exclusive(self._index):
            self._write(change(self.entries()))

    def _write(self, entries: list[ShelfEntry]) -> None:
        content = msgspec.json.format(msgspec.json.encode(_Index(entries=entries)), indent=2)
        write_atomic(self._index, content)
