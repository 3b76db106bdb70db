"""What the last checks of the sources found: ``offers.json``. Every part of it can be found again."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.model.clock import Clock, SystemClock, timestamp
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.offer import Offer
from sicktui.stores.disk.shared_record import SharedRecord

PAUSES: Final = (300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Seconds until a failed fetch is tried again by itself, after the first failure, the second and so on."""
MOST_OFFERS: Final = 5000


class Pause(Struct, frozen=True, kw_only=True):
    """How long a fetch is not tried again by itself."""

    failures: int
    until: str
    """RFC 3339."""
    version: str = ""
    """The offered one: another one is tried at once."""


class SeenFile(Struct, frozen=True, kw_only=True):
    """A file of a folder that was looked at, so that it is not hashed at each check."""

    size: int
    changed: int
    """``st_mtime_ns``."""
    sha256: str
    name: str
    version: str | None


class Unheard(Struct, frozen=True, kw_only=True):
    """A source whose messages are not heard."""

    sentence: str
    """Why."""
    since: str
    """RFC 3339."""


class _Found(Struct, frozen=True, kw_only=True):
    offers: tuple[Offer, ...] = ()
    pauses: dict[str, Pause] = {}
    """By source and device."""
    files: dict[str, dict[str, SeenFile]] = {}
    """By source, then by path."""
    reported: dict[str, str] = {}
    """By source and device: the moment of the last update whose outcome was reported."""
    unheard: dict[str, Unheard] = {}
    """By source: why its messages are not heard."""


class OfferStore:
    """The offers of one installation. Safe for several processes.

    A damaged file is replaced by the next check: nothing in it is needed.

    Args:
        path: the file.
        clock: where time comes from.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self._path = path
        self._record = SharedRecord(path, _Found())
        self._clock = clock or SystemClock()

    def offers(self) -> Sequence[Offer]:
        """What the last check of each source found."""
        return self._read().offers

    def replace(self, source: str, offers: Iterable[Offer], *, devices: Iterable[str] | None = None) -> None:
        """Keep what a check found in the place of what the one before found.

        Args:
            source: its name.
            offers: what was found.
            devices: the devices that were asked for; ``None``: all of the source.

        Raises:
            StorageError: it cannot be written.
        """
        new, asked = list(offers), None if devices is None else {*devices}

        def change(found: _Found) -> _Found:
            kept = [
                offer
                for offer in found.offers
                if offer.source != source or (asked is not None and offer.device not in asked)
            ]
            return structs.replace(found, offers=(*kept, *new)[-MOST_OFFERS:])

        self._change(change)

    def forget_others(self, sources: Iterable[str]) -> None:
        """Remove what is known of sources that are not in the settings any more."""
        names = {*sources}
        if any(offer.source not in names for offer in self.offers()):
            self._change(
                lambda found: structs.replace(
                    found, offers=tuple(offer for offer in found.offers if offer.source in names)
                )
            )

    def files(self, source: str) -> dict[str, SeenFile]:
        """The files of a folder as they were last seen, by path."""
        return self._read().files.get(source, {})

    def keep_files(self, source: str, files: dict[str, SeenFile]) -> None:
        """Keep how the files of a folder were seen.

        Raises:
            StorageError: it cannot be written.
        """
        self._change(lambda found: structs.replace(found, files={**found.files, source: files}))

    def pause(self, source: str, device: str | None, version: str | None = None) -> datetime | None:
        """Until when a fetch of a version is not tried again by itself; ``None``: it may be."""
        known = self._read().pauses.get(_key(source, device))
        if known is None or known.version != (version or ""):
            return None
        now, until = self._clock.now(), datetime.fromisoformat(known.until)
        # A clock that was set back must not make the pause longer than any pause is.
        return until if now < until <= now + timedelta(seconds=PAUSES[-1]) else None

    def note_failure(self, source: str, device: str | None, version: str | None = None) -> None:
        """A fetch of a version failed: its next pause is longer.

        Raises:
            StorageError: it cannot be written.
        """

        def change(found: _Found) -> _Found:
            known = found.pauses.get(_key(source, device))
            is_same = known is not None and known.version == (version or "")
            failures = (known.failures if known and is_same else 0) + 1
            seconds = PAUSES[min(failures, len(PAUSES)) - 1]
            until = timestamp(self._clock.now() + timedelta(seconds=seconds))
            pauses = {
                **found.pauses,
                _key(source, device): Pause(failures=failures, until=until, version=version or ""),
            }
            return structs.replace(found, pauses=pauses)

        self._change(change)

    def note_success(self, source: str, device: str | None) -> None:
        """A fetch succeeded: nothing pauses.

        Raises:
            StorageError: it cannot be written.
        """
        if _key(source, device) in self._read().pauses:
            key = _key(source, device)
            self._change(
                lambda found: structs.replace(
                    found, pauses={kept: pause for kept, pause in found.pauses.items() if kept != key}
                )
            )

    def reported(self, source: str, device: str) -> str:
        """The moment of the last update whose outcome the source knows; empty: of none."""
        return self._read().reported.get(_key(source, device), "")

    def note_reported(self, source: str, device: str, moment: str) -> None:
        """The source knows the outcome of the update of that moment.

        Raises:
            StorageError: it cannot be written.
        """
        self._change(
            lambda found: structs.replace(found, reported={**found.reported, _key(source, device): moment})
        )

    def unheard(self) -> dict[str, Unheard]:
        """The sources whose messages are not heard, as the program found that listens."""
        return self._read().unheard

    def note_unheard(self, source: str, sentence: str) -> None:
        """Keep why the messages of a source are not heard; empty: they are, or nothing listens any more.

        Raises:
            StorageError: it cannot be written.
        """
        if not sentence and source not in self._read().unheard:
            return
        new = {source: Unheard(sentence=sentence, since=timestamp(self._clock.now()))} if sentence else {}

        def change(found: _Found) -> _Found:
            kept = {name: why for name, why in found.unheard.items() if name != source}
            return structs.replace(found, unheard=kept | new)

        self._change(change)

    def _read(self) -> _Found:
        try:
            return self._record.read()
        except SicktuiError:
            return _Found()

    def _change(self, change: Callable[[_Found], _Found]) -> None:
        try:
            self._record.read()
        except SicktuiError:
            self._path.unlink(missing_ok=True)
        self._record.change(change)


def _key(source: str, device: str | None) -> str:
    return f"{source}\t{device or ''}"
