"""Fetches packages of sources to the shelf: verified, recorded with their source, never approved."""

import asyncio
import contextlib
from pathlib import Path
from typing import Protocol

from msgspec import structs

from sicktui.engine.offers.session import OfferSession
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.model.firmware.product import is_of_family
from sicktui.sources.room import fetch_room
from sicktui.sources.source import AlreadyHere, Source, SourceError
from sicktui.stores.disk.files import StorageError
from sicktui.stores.packages.errors import PackageError
from sicktui.stores.packages.shelf import ShelfEntry


class FetchObserver(Protocol):
    """Hears what happens, as it happens."""

    def on_warning(self, source: str, message: str) -> None:
        """Something that people should know of a source."""
        ...

    def on_offer(self, offer: Offer) -> None:
        """An offer, or trouble in its place."""
        ...

    def on_progress(self, offer: Offer, sent: int, total: int | None) -> None:
        """Bytes of a download have come."""
        ...

    def on_package(self, entry: ShelfEntry, offer: Offer) -> None:
        """A package is on the shelf."""
        ...


class Silent:
    """Hears everything and reports nothing: what a check finds is kept in the store."""

    def on_warning(self, source: str, message: str) -> None:
        """Nothing."""

    def on_offer(self, offer: Offer) -> None:
        """Nothing."""

    def on_progress(self, offer: Offer, sent: int, total: int | None) -> None:
        """Nothing."""

    def on_package(self, entry: ShelfEntry, offer: Offer) -> None:
        """Nothing."""


class Fetching:
    """Fetches the offers of one source, one after the other.

    Args:
        session: the stores.
        source: the source, opened.
        watcher: hears of it.
    """

    def __init__(self, session: OfferSession, source: Source, watcher: FetchObserver) -> None:
        self._session = session
        self._source = source
        self._watcher = watcher

    async def fetch(self, offer: Offer, subject: Subject | None, *, forced: bool = False) -> Offer:
        """Fetch one offer.

        Returns:
            The offer as ``fetched``, or why it was not. Trouble is never raised.
        """
        session, store = self._session, self._session.store
        try:
            entry, note = await self._fetch(offer, subject, forced=forced)
        except (SourceError, PackageError, StorageError) as error:
            with contextlib.suppress(StorageError):  # that disk may be the trouble
                store.note_failure(offer.source, offer.device, offer.version)
            state = error.state if isinstance(error, SourceError) else _state(error)
            return structs.replace(
                session.judged(offer), state=state, message=error.message, advice=error.advice, package=None
            )
        with contextlib.suppress(StorageError):
            store.note_success(offer.source, offer.device)
        fetched = structs.replace(
            session.judged(offer),
            state=OfferState.FETCHED,
            package=entry.sha256,
            name=entry.name,
            version=entry.version if offer.state is OfferState.CURRENT else offer.version or entry.version,
            message=" ".join(filter(None, (_on_shelf(entry), note))),
            advice="" if entry.approved else f"Approve it with 'sicktui firmware approve {entry.id}'.",
        )
        self._watcher.on_package(entry, fetched)
        return fetched

    async def _fetch(self, offer: Offer, subject: Subject | None, *, forced: bool) -> tuple[ShelfEntry, str]:
        shelf = self._session.context.shelf
        with fetch_room(shelf.folder) as room:
            try:
                got = await self._source.fetch(
                    offer,
                    subject,
                    room,
                    forced=forced,
                    progress=lambda sent, total: self._watcher.on_progress(offer, sent, total),
                )
            except AlreadyHere as known:
                sha256 = known.sha256
                entry = self._on_shelf(sha256)
                path, version, note = Path(shelf.package(entry).path), entry.version, ""
            else:
                path, version, note = got.path, got.version, got.note
                sha256 = got.sha256
            if subject is not None:
                note = " ".join(filter(None, (note, self._must_be_for(subject, sha256))))
            models = [subject.model] if subject else []
            entry = await asyncio.to_thread(
                shelf.add, path, version=version, source=offer.source, models=models
            )
            return entry, note

    def _must_be_for(self, subject: Subject, sha256: str) -> str:
        """What people should know if the same bytes are on the shelf for the other variant.

        Raises:
            SourceError: they are for another family: for one of the two they are wrong.
        """
        entry = self._session.context.shelf.entry_of(sha256)
        if entry is None or entry.fits(subject.model):
            return ""
        known = ", ".join(entry.models) or entry.name
        if is_of_family(subject.model, entry.models or (entry.name,)):
            return f"The same bytes came for {known}, and each variant needs its own file: find out which."
        raise SourceError(
            f"The source has the same bytes for {subject.device}, a {subject.model}, as are on the shelf for "
            f"{known} ({entry.id}). They cannot be for both, and were not assigned to it.",
            advice="Check the builds at the source. If they are for this model, approve them with "
            f"'sicktui firmware approve {entry.id} --for {subject.model}'.",
            state=OfferState.REFUSED,
        )

    def _on_shelf(self, sha256: str) -> ShelfEntry:
        for entry in self._session.context.shelf.entries():
            if entry.sha256 == sha256:
                return entry
        raise SourceError(
            "The package was removed from the shelf while it was being fetched.", advice="Fetch it again."
        )


def _state(error: SicktuiError) -> OfferState:
    return OfferState.UNAVAILABLE if isinstance(error, StorageError) else OfferState.REFUSED


def _on_shelf(entry: ShelfEntry) -> str:
    how = "approved" if entry.approved else "not approved"
    return f"{entry.name} is on the shelf as {entry.id}, {how}."
