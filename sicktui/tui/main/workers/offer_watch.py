"""Counts the offers that wait for a person, checks the sources at an interval, and listens for messages."""

import asyncio
import contextlib
import os
from collections.abc import Collection
from typing import Final

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.sources.broker import sources_that_hint
from sicktui.stores.secrets.store import SOURCE_VARIABLE
from sicktui.tui.messages import OffersRead, SourceReported, TroubleMet
from sicktui.tui.rows.offers import waiting

COUNT_EVERY: Final = 15.0
"""Seconds between two looks at what the last check found; a timer may check meanwhile."""

AGAIN_AFTER: Final = 600.0
"""Seconds until the sources without an interval are listened to again that could not be."""


class OfferWatch:
    """Reads the offers in a worker.

    Args:
        screen: owns the worker and receives the messages.
        context: for the engine.
    """

    def __init__(self, screen: "Screen[None]", context: Context) -> None:
        self._screen = screen
        self._context = context
        self._trouble = ""
        self._passing_on = asyncio.Lock()

    @property
    def interval(self) -> float:
        """Seconds between two checks; 0: none."""
        return self._context.settings.dashboard.check_interval * 60

    def start(self) -> None:
        """Count now and from time to time; check, and listen for hints, if the settings say so."""
        if not self._context.settings.sources:
            return
        self.count()
        self._screen.set_interval(COUNT_EVERY, self.count)
        if self.interval or sources_that_hint(self._context.settings):
            self._screen.run_worker(
                self._watch(), group="check offers", name="check sources", exit_on_error=False
            )

    def count(self) -> None:
        """Count what waits."""
        self._screen.run_worker(
            self._count(), group="offers", name="count offers", exclusive=True, exit_on_error=False
        )

    def updated(self, devices: Collection[str]) -> None:
        """Check in for sensors whose update has ended, where a source has offered firmware for them."""
        if self._context.settings.sources:
            self._screen.run_worker(
                self._end_offers(devices),
                group="end offers",
                name="check in after an update",
                exit_on_error=False,
            )

    async def _end_offers(self, devices: Collection[str]) -> None:
        offers = await asyncio.to_thread(self._context.offers.offers)
        if not any(offer.device in devices for offer in offers):
            return
        from sicktui.engine.offers.after_update import end_offers  # noqa: PLC0415 - only if there are offers
        from sicktui.engine.offers.fetch import Silent  # noqa: PLC0415

        with contextlib.suppress(SicktuiError):  # the next check shows it
            await end_offers(self._context, os.environ.get(SOURCE_VARIABLE), devices, Silent())
        self.count()

    async def _count(self) -> None:
        try:
            number = await asyncio.to_thread(count_waiting, self._context)
            unheard = await asyncio.to_thread(self._context.offers.unheard)
        except SicktuiError:
            return  # the shelf's own screen shows why it cannot be read
        listened = sources_that_hint(self._context.settings)
        self._screen.post_message(OffersRead(number, sum(name in unheard for name in listened)))

    async def _watch(self) -> None:
        """Check at the interval, and at each hint of a source, until the dashboard ends.

        Without an interval only the sources that send hints are asked, and only when they have sent one.
        """
        from sicktui.engine.offers.fetch import Silent  # noqa: PLC0415 - only if the settings say so
        from sicktui.engine.offers.session import OfferSession  # noqa: PLC0415
        from sicktui.engine.offers.watch import watch  # noqa: PLC0415

        while True:
            names = [] if self.interval else sources_that_hint(self._context.settings)
            try:
                await watch(
                    OfferSession(self._context, os.environ.get(SOURCE_VARIABLE), names, []),
                    Silent(),
                    interval=self.interval or None,
                    after=self.count,
                    on_message=self._report,
                )
            except SicktuiError as error:
                if str(error) != self._trouble:
                    self._trouble = str(error)
                    self._screen.post_message(TroubleMet(f"The sources cannot be checked. {error}"))
            await self._context.clock.sleep(self.interval or AGAIN_AFTER)

    def _report(self, of: str, sentence: str) -> None:
        self._screen.run_worker(
            self._pass_on(of, sentence),
            group="source reports",
            name="report of a source",
            exit_on_error=False,
        )

    async def _pass_on(self, of: str, sentence: str) -> None:
        async with self._passing_on:  # in the order in which they came
            unheard = await asyncio.to_thread(self._context.offers.unheard)
            self._screen.post_message(SourceReported(of, sentence, is_trouble=of in unheard))
        self.count()


def count_waiting(context: Context) -> int:
    """How many packages wait to be fetched or approved."""
    approved = {entry.sha256 for entry in context.shelf.entries() if entry.approved}
    return waiting(context.offers.offers(), approved)
