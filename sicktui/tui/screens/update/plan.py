"""The plan of an update: what would happen to each device, and why. Writes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec import structs
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.update.document import document_of, plan_again, written
from sicktui.engine.update.plan import plan_update
from sicktui.engine.update.versions import Versions
from sicktui.model.device import Target
from sicktui.model.enums import Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.document import PlanDocument
from sicktui.model.run.plan import PlanItem, word_to_type
from sicktui.model.safe_text import clean
from sicktui.model.spread.pace import pace_of
from sicktui.model.spread.stages import waves_of
from sicktui.model.wording import count, moment, size
from sicktui.stores.disk.files import display_path, export_file
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.rows.plan import (
    COLUMNS_OF_ONE_WAVE,
    PLAN_COLUMNS,
    PlanRow,
    plan_row,
    plan_title,
    reading,
    summary,
)
from sicktui.tui.screens.update.plan_options import UpdateRequest, options_form, request_from
from sicktui.tui.screens.update.plan_question import PlanAnswer, confirmation, typed_form
from sicktui.tui.screens.update.plan_view import PlanView
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.prose import Prose

AskPasswords = Callable[[Sequence[PlanItem]], Awaitable[bool]]
"""Asks for the passwords that sensors rejected in a plan; returns whether it asked for any."""


class PlanScreen(PlanView[PlanAnswer, PlanRow]):
    """Reads the sensors in a worker and shows each device as soon as it is known."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "login", "Login", show=False),
        Binding("w", "save", "Save the plan", show=False),
    ]

    columns = COLUMNS_OF_ONE_WAVE
    hints = (
        ("u", "continue"),
        ("b d f s c m o", "options"),
        ("l", "login"),
        ("R", "read again"),
        ("w", "save"),
        ("q", "back"),
    )

    def __init__(
        self,
        appearance: Appearance,
        context: Context,
        targets: Sequence[Target],
        package: Package,
        request: UpdateRequest,
        *,
        ask_passwords: AskPasswords,
        saved: PlanDocument | None = None,
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._targets = targets
        self._package = package
        self._request = request
        self._ask_passwords = ask_passwords
        self._saved = saved
        self._items: tuple[PlanItem, ...] | None = None
        self._expected: str | None = None
        self._rows: dict[str, PlanRow] = {}
        self._asked = False
        """Whether somebody wanted to go on before all sensors were read."""

    def action_plan(self) -> None:
        """Read every sensor (again)."""
        self._items, self.trouble, self._asked = None, "", False
        self._rows = {target.device: reading(target) for target in self._targets}
        self.paint()
        self.run_worker(self._plan(), group="plan", name="plan", exclusive=True, exit_on_error=False)

    async def _plan(self) -> None:
        context, options = self._engine_context, self._request.options
        versions = await asyncio.to_thread(Versions.of, self._package, options, context.shelf)
        self._expected = versions.expected
        if self._saved is not None:
            items = await plan_again(context, self._saved, self._package, on_item=self._arrived)
        else:
            items = await plan_update(
                context,
                self._targets,
                self._package,
                options,
                on_item=self._arrived,
                wait_offline=self._request.wait_offline,
            )
        self._items = tuple(items)
        self._rows = {item.device: plan_row(item) for item in items}
        self.paint()
        self.run_worker(self._log_in(items), group="login", name="login", exit_on_error=False)

    async def _log_in(self, items: Sequence[PlanItem]) -> None:
        """Ask for the passwords that sensors rejected, then read again."""
        if self.is_active and await self._ask_passwords(items):
            self.action_plan()

    def _arrived(self, item: PlanItem) -> None:
        self._rows[item.device] = plan_row(item)
        self.paint()

    def paint(self) -> None:
        """Show what is known now."""
        package, glyphs = self._package, self.appearance.glyphs
        gap = Span(f" {glyphs.dot} ", Tone.DIM)
        expected = self._expected
        facts = [package.type.value, size(package.size), f"SHA-256 {package.sha256[:12]}"]
        unknown = cell("version unknown", Tone.WARN) if self._items is not None else ()
        self.query_one("#head", LineBar).show(
            (*self._origin(), Span("Update with ", Tone.DIM), Span(clean(package.name), Tone.KEY)),
            joined(
                [
                    cell(f"version {clean(expected)}") if expected else unknown,
                    *(cell(fact, Tone.DIM) for fact in facts),
                ],
                gap,
            ),
        )
        table = self.table
        limits = self._request.limits(self._engine_context.settings.limits)
        waves = waves_of(self._items or (), pace_of(limits, Operation.UPDATE))
        table.set_columns(PLAN_COLUMNS if waves else COLUMNS_OF_ONE_WAVE, {})
        table.show([structs.replace(row, wave=clean(waves.get(key, ""))) for key, row in self._rows.items()])
        counts = summary([row.action for row in self._rows.values()])
        table.set_title(plan_title(counts, waits=self._asked and self._items is None))
        self.paint_about()
        self.query_one("#options", Prose).show(*self._request.lines())

    def _origin(self) -> Cell:
        """Who made the plan, and when, where it was saved."""
        saved = self._saved
        if saved is None:
            return ()
        return (Span(f"Plan of {moment(saved.created)} by {clean(str(saved.operator), 60)}. ", Tone.DIM),)

    def paint_about(self) -> None:
        """Show the selected device in full."""
        row, glyphs = self.table.selected, self.appearance.glyphs
        lines: list[Cell] = [cell(self.trouble, Tone.BAD)] if self.trouble else []
        if row is not None:
            lines.append((Span(f"{row.name}: ", Tone.KEY), Span(row.message)))
            if row.advice:
                lines.append((Span("What to do: ", Tone.KEY), Span(row.advice)))
            lines += [cell(f"{glyphs.warning} {warning}", Tone.WARN) for warning in row.warnings]
        self.query_one("#about", Prose).show(*lines)

    def change(self, how: Callable[[UpdateRequest], UpdateRequest]) -> None:
        """Change the options."""
        self._choose(how(self._request))

    def action_options(self) -> None:
        """Enter all options in a form."""

        def decide(entered: FormValues | None) -> None:
            if entered is not None:
                self._choose(request_from(entered, self._request))

        self.app.push_screen(options_form(self.appearance, self._request), decide)

    def _choose(self, request: UpdateRequest) -> None:
        """Apply the request; plan again if the options affect the plan."""
        before = self._request
        if self._saved is not None and request.options != before.options:
            words = "A saved plan keeps its options. How the run spreads may be changed: c, m, o."
            self.notify(words, severity="warning", markup=False)
            request = structs.replace(request, options=before.options)
        self._request = request
        if _deciding(before) == _deciding(request):
            self.paint()
        else:
            self.action_plan()

    def action_save(self) -> None:
        """Write the plan to a file, to be shown and executed later."""
        if self._items is None:
            self.notify("Still reading the sensors.", markup=False)
            return
        self.run_worker(self._save(self._items), group="save", name="save", exit_on_error=False)

    async def _save(self, items: Sequence[PlanItem]) -> None:
        context, request = self._engine_context, self._request
        limits = request.limits(context.settings.limits)
        document = document_of(context, items, self._package, request.options, limits=limits)
        name = f"plan-{context.clock.now().astimezone():%Y%m%d-%H%M%S}.json"
        words = await save_as(
            self.app.push_screen_wait,
            self.appearance,
            "Save the plan",
            [cell("To be shown to somebody, and executed later. No passwords are in it.")],
            partial(_write, document),
            file_name=name,
        )
        if words is not None:
            self.notify(words, markup=False)

    def action_login(self) -> None:
        """Enter the password of the selected device, then read again."""
        row = self.table.selected
        if row is not None:
            self.dismiss(PlanAnswer(items=(), request=self._request, wants_login=True, devices=(row.device,)))

    def action_go_on(self) -> None:
        """Ask whether to start, if the plan is complete and has a device to update."""
        if self._items is None:
            self._asked = True
            self.paint()
            return
        if not any(item.may_go for item in self._items):
            self.notify(
                "No device can be updated; see the reasons in the plan.",
                severity="warning",
                markup=False,
            )
            return
        answer = PlanAnswer(items=self._items, request=self._request)
        paragraphs = confirmation(answer, self._package, self.appearance.glyphs)

        def decide(agreed: object) -> None:
            if agreed:
                self.dismiss(answer)

        word = word_to_type(self._items)
        if word:
            self.app.push_screen(typed_form(self.appearance, paragraphs, word), decide)
            return
        question = Confirm(
            self.appearance, "Start the update?", paragraphs, yes="start", no="back to the plan"
        )
        self.app.push_screen(question, decide)


def _write(document: PlanDocument, path: Path) -> str:
    """Write a plan; returns what to report."""
    export_file(path, written(document))
    return f"Plan of {count(len(document.devices), 'device')} written to {display_path(path)}."


def _deciding(request: UpdateRequest) -> tuple[object, ...]:
    """The options that affect the plan."""
    options = request.options
    chosen = (options.allow_downgrade, options.force, options.allow_unapproved, options.expect_version)
    return *chosen, request.wait_offline
