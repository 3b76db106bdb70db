"""The offers of sources: check, fetch to the shelf, and what an offer would change."""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.offers.check import check
from sicktui.engine.offers.session import OfferSession
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, percent, size
from sicktui.sources.opening import account, check_key, needs_key
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.stores.secrets.store import SOURCE_VARIABLE
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import SecretField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.offers import OFFER_COLUMNS, ListedSensor, OfferRow, about_offer, offer_rows

PAINT_EVERY = 0.25
"""Seconds between two paints of a download's progress."""


class OffersScreen(TableScreen[None, OfferRow]):
    """What is new first. What the selected offer would change is below.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        fleet: the sensors that have been read.
    """

    DEFAULT_CSS = "OffersScreen Table { height: 50%; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "check", "check now"),
        Binding("f", "fetch", "fetch to the shelf"),
        Binding("p", "forced", "fetch although current"),
        Binding("l", "key", "API key"),
        Binding("R", "again", "read again"),
    ]
    columns = OFFER_COLUMNS
    table_title = "Offers"

    def __init__(
        self, appearance: Appearance, context: Context, fleet: Callable[[], Sequence[ListedSensor]]
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._fleet = fleet
        self._rows: list[OfferRow] = []
        self._doing = ""
        self._painted = 0.0

    def empty_text(self) -> list[Cell]:
        """How to get offers."""
        if not self._engine_context.settings.sources:
            return [(), cell("  No source is set up. Add a table [sources.NAME] to config.toml.", Tone.DIM)]
        return [(), cell("  Nothing was offered yet. Press c to check.", Tone.DIM)]

    def begin(self) -> None:
        """Show what the last check found."""
        super().begin()
        self.action_again()

    def action_again(self) -> None:
        """Show what the last check found."""
        self.start(self._read(), "reading the offers")

    async def _read(self) -> None:
        offers = await asyncio.to_thread(self._engine_context.offers.offers)
        self._rows = offer_rows(offers)
        unheard = await asyncio.to_thread(self._engine_context.offers.unheard)
        heard = [f"{name}: {why.sentence}" for name, why in unheard.items()]
        self.trouble = self.trouble or " ".join(heard)
        self.paint()

    def action_check(self) -> None:
        """Ask the sources now."""
        self.start(self._ask([], []), "checking the sources")

    def action_fetch(self) -> None:
        """Fetch the selected offer to the shelf."""
        row = self.table.selected
        if row is None:
            return
        if row.first.state is OfferState.FETCHED:
            self.notify("It is on the shelf already. Approve it there (F).", markup=False)
            return
        self.start(self._ask([row.first.source], row.devices, wanted=row), "fetching")

    def action_forced(self) -> None:
        """Fetch the firmware of the selected row although its sensors have it already."""
        row = self.table.selected
        if row is not None:
            self.start(self._ask([row.first.source], row.devices, wanted=row, forced=True), "fetching")

    def action_key(self) -> None:
        """Store or forget the API key of a source."""
        self.start(self._store_key(), "storing the key")

    async def _store_key(self) -> None:
        known = self._engine_context.settings.sources
        with_key = [name for name, settings in known.items() if needs_key(settings)]
        row = self.table.selected
        name = row.first.source if row and row.first.source in with_key else next(iter(with_key), None)
        if name is None:
            self.notify("No source needs an API key.", markup=False)
            return
        problem = ""
        while True:
            answer = await self.app.push_screen_wait(_key_form(self.appearance, name, problem))
            if answer is None:
                return
            try:
                done = await asyncio.to_thread(self._keep_key, name, answer["key"].strip())
            except UsageError as error:
                problem = str(error)
                continue
            self.notify(clean(done, 400), markup=False)
            return

    def _keep_key(self, name: str, key: str) -> str:
        credentials = self._engine_context.credentials
        if not key:
            gone = credentials.drop(account(name))
            return f"Forgot the API key of {name}." if gone else f"No API key of {name} was stored."
        return f"The API key of {name} is stored in: {credentials.keep(account(name), check_key(key))}."

    async def _ask(
        self,
        sources: Sequence[str],
        devices: Sequence[str],
        *,
        wanted: OfferRow | None = None,
        forced: bool = False,
    ) -> None:
        self.trouble = ""
        self._doing = "Checking the sources..." if wanted is None else "Checking before the fetch..."
        self.paint()
        try:
            session = OfferSession(self._engine_context, os.environ.get(SOURCE_VARIABLE), sources, devices)
            only = None if wanted is None else _same_as(wanted)
            await check(session, self, fetching=wanted is not None, forced=forced, only=only)
        except SicktuiError as error:
            self.trouble = str(error)
        finally:
            self._doing = ""
        await self._read()

    # -- what the check reports ------------------------------------------------------------------

    def on_warning(self, source: str, message: str) -> None:
        """Show a warning."""
        self.notify(clean(f"{source}: {message}", 400), severity="warning", markup=False)

    def on_offer(self, offer: Offer) -> None:
        """Show how far the check is."""
        self._doing = clean(f"{offer.source}: {offer.device or offer.name or offer.state.value}", 200)
        self.paint()

    def on_progress(self, offer: Offer, sent: int, total: int | None) -> None:
        """Show a download."""
        now = asyncio.get_running_loop().time()
        if now - self._painted < PAINT_EVERY and sent != total:
            return
        self._painted = now
        share = f" of {size(total)}, {percent(sent, total)}" if total else ""
        self._doing = clean(f"Fetching {offer.version or offer.name or ''}: {size(sent)}{share}", 200)
        self.paint()

    def on_package(self, entry: ShelfEntry, offer: Offer) -> None:
        """Note a package on the shelf."""
        del offer
        how = "approved" if entry.approved else "not approved yet"
        key = self.appearance.keys.of("shelf")
        self.notify(clean(f"On the shelf: {entry.name}, {how}. Press {key} to see it.", 400), markup=False)

    # -- what is shown ---------------------------------------------------------------------------

    def paint(self) -> None:
        """Show what is known now."""
        new = sum(row.first.state is OfferState.OFFERED for row in self._rows)
        state = self._doing or f"{count(new, 'new offer')}"
        self.show_head(
            (Span("Firmware offered by sources", Tone.KEY),),
            (Span(state, Tone.BUSY if self._doing else Tone.DIM),),
        )
        self.table.show(self._rows)
        self.paint_text()

    def about(self, row: OfferRow | None) -> list[Cell]:
        """The facts of an offer, and what it would change."""
        return about_offer(row, self._fleet()) if row is not None else []


def _key_form(appearance: Appearance, name: str, problem: str) -> ValuesForm:
    lines = [
        cell(f"The API key that the server has for the owner in [sources.{name}].", Tone.DIM),
        cell("It is kept where passwords are kept. Empty: forget the stored key.", Tone.DIM),
    ]
    fields = (SecretField(name="key", label="API key", hint="64 hex digits"),)
    return ValuesForm(appearance, f"API key of {clean(name)}", lines, fields, problem=problem, submit="store")


def _same_as(row: OfferRow) -> Callable[[Offer], bool]:
    def same(offer: Offer) -> bool:
        if offer.device is None:
            return offer.key == row.first.key
        return offer.device in row.devices

    return same
