"""The plan of a rollout: what would be ordered of which PC, and what is in the way. Reads no sensor."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.fleet.drafts import Draft, Wish
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.rows.rollouts.draft import (
    DRAFT_COLUMNS,
    DraftRow,
    about_lines,
    counts_of,
    draft_rows,
    question_lines,
)
from sicktui.tui.rows.rollouts.packages import FleetPackage
from sicktui.tui.screens.rollouts.options import RolloutRequest, rollout_form, rollout_request_from
from sicktui.tui.screens.update.plan_question import spread_lines, typed_form
from sicktui.tui.screens.update.plan_view import PlanView
from sicktui.tui.state.elsewhere import FleetDesk
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.prose import Prose

READ_EVERY: Final = 5.0
"""Seconds between two reads: a PC may fall silent, or get the package."""
_COLUMNS_OF_ONE_WAVE: Final = tuple(column for column in DRAFT_COLUMNS if column.id != "wave")


class DraftAnswer(Struct, frozen=True, kw_only=True):
    """A confirmed rollout, and the options that it came from."""

    draft: Draft
    request: RolloutRequest


class RolloutPlanScreen(PlanView[DraftAnswer, DraftRow]):
    """Reads what the PCs have published, again and again, until the rollout is confirmed.

    Args:
        appearance: how the dashboard looks.
        context: the clock and the settings.
        desk: the way to the database.
        devices: ``pc/device`` of each.
        operation: update or backup.
        package: for an update.
        request: the options to begin with.
    """

    columns = _COLUMNS_OF_ONE_WAVE

    def __init__(
        self,
        appearance: Appearance,
        context: Context,
        desk: FleetDesk,
        *,
        devices: tuple[str, ...],
        operation: Operation,
        package: FleetPackage | None,
        request: RolloutRequest,
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._desk = desk
        self._devices = devices
        self._operation = operation
        self._package = package
        self._request = request
        self._draft: Draft | None = None
        self._wish: Wish | None = None
        """What is read now."""
        options = "o" if operation is Operation.BACKUP else "b d f s c m o"
        self.hints = (("u", "continue"), (options, "options"), ("R", "read again"), ("q", "back"))

    def action_plan(self) -> None:
        """Read now, and from now on."""
        self._draft = self._wish = None
        self.paint()
        self.run_worker(self._keep_current(), group="plan", name="plan", exclusive=True, exit_on_error=False)

    async def _keep_current(self) -> None:
        clock = self._engine_context.clock
        wish = self._request.wish(
            self._devices, self._operation, self._package, self._engine_context.settings.limits
        )
        self._wish = wish
        while True:
            draft, trouble = None, ""
            try:
                draft = await self._desk.ask(lambda desk: desk.draft(wish, clock.now()))
            except SicktuiError as error:
                trouble = str(error)
            if self._wish is not wish:
                return  # its answer came at the moment at which it was cancelled: other options hold by now
            # What is not known any more is not confirmed.
            self._draft, self.trouble = draft, trouble
            self.paint()
            await clock.sleep(READ_EVERY)

    def paint(self) -> None:
        """Show what is known now."""
        self.query_one("#head", LineBar).show(*self._head())
        draft = self._draft
        if draft is not None:
            self.table.set_columns(DRAFT_COLUMNS if draft.in_waves else _COLUMNS_OF_ONE_WAVE, {})
            self.table.show(draft_rows(draft))
        counts = counts_of(draft) if draft is not None else "" if self.trouble else "reading the database ..."
        self.table.set_title((Span("Plan "), Span(counts, Tone.DIM)))
        self.paint_about()
        self.query_one("#options", Prose).show(*self._request.lines(self._operation))

    def _head(self) -> Sequence[Cell]:
        package = self._package
        if package is None:
            return (
                (Span("Rollout: ", Tone.DIM), Span("back up", Tone.KEY)),
                cell("Each PC backs up its sensors, and keeps the backups.", Tone.DIM),
            )
        expected = self._request.update.options.expect_version or package.version
        version = cell(f"version {clean(expected, 40)}") if expected else cell("version unknown", Tone.WARN)
        sha = cell(f"SHA-256 {package.sha256[:12]}", Tone.DIM)
        own = cell("each PC uses its own copy", Tone.DIM)
        gap = Span(f" {self.appearance.glyphs.dot} ", Tone.DIM)
        return (
            (Span("Rollout: update with ", Tone.DIM), Span(package.words, Tone.KEY)),
            joined([version, sha, own], gap),
        )

    def paint_about(self) -> None:
        """Show what is in the way, and the selected device in full."""
        lines: list[Cell] = [cell(self.trouble, Tone.BAD)] if self.trouble else []
        self.query_one("#about", Prose).show(*lines, *about_lines(self.table.selected))

    def change(self, how: Callable[[RolloutRequest], RolloutRequest]) -> None:
        """Change the options. A backup has those of the form only."""
        if self._operation is Operation.BACKUP:
            self.notify("A backup has none of these options: o.", severity="warning", markup=False)
        else:
            self._choose(how(self._request))

    def action_options(self) -> None:
        """Enter all options in a form."""

        def decide(entered: FormValues | None) -> None:
            if entered is not None:
                self._choose(rollout_request_from(entered, self._request))

        self.app.push_screen(rollout_form(self.appearance, self._request, self._operation), decide)

    def _choose(self, request: RolloutRequest) -> None:
        self._request = request
        self.action_plan()

    def action_go_on(self) -> None:
        """Ask whether to order it, if there is a plan with a device that may go."""
        draft = self._draft
        if draft is None:
            words = self.trouble or "Still reading the fleet's database."
            self.notify(words, severity="warning", markup=False)
            return
        if not draft.going:
            words = "Nothing can be ordered; see the reasons in the plan."
            self.notify(words, severity="warning", markup=False)
            return
        package = self._package.words if self._package else ""
        paragraphs = question_lines(
            draft, package, spread_lines(self._request.update), self.appearance.glyphs
        )

        def decide(agreed: object) -> None:
            if agreed:
                self.dismiss(DraftAnswer(draft=draft, request=self._request))

        if word := draft.word_to_type:
            self.app.push_screen(typed_form(self.appearance, paragraphs, word), decide)
        else:
            question = Confirm(
                self.appearance, "Order the rollout?", paragraphs, yes="order it", no="back to the plan"
            )
            self.app.push_screen(question, decide)
