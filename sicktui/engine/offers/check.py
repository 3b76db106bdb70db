"""Checks sources: what they offer, for whom. What is to be fetched is fetched too, and never approved.

``firmware check`` fetches where a source has ``auto_update``, and pauses after a failure; ``firmware fetch``
fetches whatever is offered, because a person asked for it.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from msgspec import structs

from sicktui.engine.offers.fetch import Fetching, FetchObserver
from sicktui.engine.offers.session import OfferSession
from sicktui.engine.offers.subjects import Subjects
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.model.wording import moment
from sicktui.sources.source import Source, SourceError
from sicktui.stores.disk.files import StorageError


async def check(
    session: OfferSession,
    watcher: FetchObserver,
    *,
    fetching: bool = False,
    forced: bool = False,
    only: Callable[[Offer], bool] | None = None,
) -> list[Offer]:
    """Ask every source of a session.

    Args:
        session: the sources and sensors.
        watcher: hears of each offer as soon as it is known.
        fetching: fetch whatever is offered, whatever ``auto_update`` is.
        forced: fetch also where a sensor has the firmware already.
        only: which offers are fetched; ``None``: all.

    Returns:
        Every offer, also those that stand for trouble.

    Raises:
        UsageError: the only source of the session cannot be used.
    """
    found: list[Offer] = []
    if session.secret_unused:
        watcher.on_warning(session.sources[0], session.secret_unused)
    for name in session.sources:
        try:
            async with session.opened(name) as source:
                if session.is_skipped(source):
                    continue
                for warning in source.warnings:
                    watcher.on_warning(name, warning)
                automatic = session.context.settings.sources[name].auto_update
                one = _SourceCheck(
                    session, source, watcher, automatic=automatic, manual=fetching, forced=forced, only=only
                )
                of_source = await one.run()
        except (SourceError, UsageError, StorageError) as error:
            if isinstance(error, UsageError) and len(session.sources) == 1:
                raise
            of_source = [session.judged(_trouble(name, error))]
            watcher.on_offer(of_source[0])
        found += of_source
        try:
            session.keep(name, of_source)
        except StorageError as error:
            watcher.on_warning(name, f"What was found cannot be kept. {error}")
    return found


class _SourceCheck:
    """One check of one source."""

    def __init__(
        self,
        session: OfferSession,
        source: Source,
        watcher: FetchObserver,
        *,
        automatic: bool,
        manual: bool,
        forced: bool,
        only: Callable[[Offer], bool] | None,
    ) -> None:
        self._session = session
        self._source = source
        self._watcher = watcher
        self._automatic = automatic
        self._manual = manual
        self._forced = forced
        self._only = only or (lambda _: True)
        self._fetching = Fetching(session, source, watcher)
        self._found: list[Offer] = []

    async def run(self) -> list[Offer]:
        """Every offer of the source."""
        subjects = await self._session.subjects(self._source)
        for trouble in subjects.trouble:
            self._note(self._session.judged(trouble))
        by_device = {subject.device: subject for subject in subjects.read}
        async with aclosing(self._source.offers(subjects.read)) as offers:
            async for offer in offers:
                subject = by_device.get(offer.device or "")
                judged = await asyncio.to_thread(self._session.judged, offer, subject)
                self._reported(subjects, judged)
                self._note(await self._fetched(judged, subject))
        return self._found

    def _note(self, offer: Offer) -> None:
        self._found.append(offer)
        self._watcher.on_offer(offer)

    def _reported(self, subjects: Subjects, offer: Offer) -> None:
        """A server that has answered for a sensor has got the outcome of its last update."""
        answered = offer.state in (OfferState.OFFERED, OfferState.CURRENT, OfferState.FETCHED)
        moment_of_update = subjects.outcomes.get(offer.device or "")
        if answered and offer.device and moment_of_update:
            self._session.store.note_reported(offer.source, offer.device, moment_of_update)

    async def _fetched(self, offer: Offer, subject: Subject | None) -> Offer:
        """The offer, fetched where that is wanted."""
        is_forced = self._forced and offer.state in (OfferState.CURRENT, OfferState.FETCHED)
        if (offer.state is not OfferState.OFFERED and not is_forced) or not self._only(offer):
            return offer
        if self._manual:
            return await self._fetching.fetch(offer, subject, forced=self._forced)
        if not self._automatic:
            return offer
        until = self._session.store.pause(offer.source, offer.device, offer.version)
        if until is not None:
            why = f"The last fetch failed. It is tried again after {moment(until.isoformat())}."
            advice = "To fetch it now, use 'sicktui firmware fetch'."
            return structs.replace(offer, message=f"{offer.message} {why}".strip(), advice=advice)
        return await self._fetching.fetch(offer, subject)


def _trouble(name: str, error: SicktuiError) -> Offer:
    state = OfferState.UNAVAILABLE if isinstance(error, StorageError) else OfferState.REFUSED
    state = error.state if isinstance(error, SourceError) else state
    return Offer(source=name, state=state, message=error.message, advice=error.advice)
