"""The plan of an update: what would happen to each device, and why. Writes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec import structs
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

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
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

AskPasswords = Callable[[Sequence[PlanItem]], Awaitable[bool]]
"""Asks for the passwords that sensors rejected in a plan; returns whether it asked for any."""


class PlanScreen(Screen[PlanAnswer | None]):
    """Reads the sensors in a worker and shows each device as soon as it is known."""

    AUTO_FOCUS = "#plan"
    DEFAULT_CSS = """
    PlanScreen #head, PlanScreen #keys { background: $panel; }
    PlanScreen #head { height: 2; }
    PlanScreen Table { height: 1fr; }
    PlanScreen #about { height: auto; max-height: 8; padding: 0 1; }
    PlanScreen #options { padding: 0 1; height: auto; margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "go_on", "Continue", show=False),
        Binding("enter", "go_on", "Continue", show=False, priority=True),
        Binding("q,escape", "leave", "Back", show=False),
        Binding("b", "option('backup')", "Backup", show=False),
        Binding("d", "option('allow_downgrade')", "Downgrade", show=False),
        Binding("f", "option('force')", "Force", show=False),
        Binding("s", "option('persist')", "Save parameters", show=False),
        Binding("c", "canary", "Canary", show=False),
        Binding("m", "budget", "Failures", show=False),
        Binding("o", "options", "All options", show=False),
        Binding("l", "login", "Login", show=False),
        Binding("R", "plan", "Read again", show=False),
        Binding("w", "save", "Save the plan", show=False),
    ]

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
        super().__init__(classes="" if appearance.glyphs.unicode else "-ascii")
        self.appearance = appearance
        self._engine_context = context
        self._targets = targets
        self._package = package
        self._request = request
        self._ask_passwords = ask_passwords
        self._saved = saved
        self._items: tuple[PlanItem, ...] | None = None
        self._expected: str | None = None
        self._rows: dict[str, PlanRow] = {}
        self._trouble = ""
        self._asked = False
        """Whether somebody wanted to go on before all sensors were read."""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        glyphs = self.appearance.glyphs
        yield LineBar(glyphs=glyphs, id="head")
        yield Table(COLUMNS_OF_ONE_WAVE, "Plan", glyphs=glyphs, id="plan")
        yield Prose(id="about")
        yield Prose(id="options")
        yield HintBar(glyphs=glyphs, id="keys")

    def on_mount(self) -> None:
        """Begin to read."""
        keys = (
            ("u", "continue"),
            ("b d f s c m o", "options"),
            ("l", "login"),
            ("R", "read again"),
            ("w", "save"),
            ("q", "back"),
        )
        self.query_one("#keys", HintBar).show_hints(keys)
        self.action_plan()

    def action_plan(self) -> None:
        """Read every sensor (again)."""
        self._items, self._trouble, self._asked = None, "", False
        self._rows = {target.device: reading(target) for target in self._targets}
        self._paint()
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
        self._paint()
        self.run_worker(self._log_in(items), group="login", name="login", exit_on_error=False)

    async def _log_in(self, items: Sequence[PlanItem]) -> None:
        """Ask for the passwords that sensors rejected, then read again."""
        if self.is_active and await self._ask_passwords(items):
            self.action_plan()

    def _arrived(self, item: PlanItem) -> None:
        self._rows[item.device] = plan_row(item)
        self._paint()

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._trouble = f"Planning failed: {message.worker.error}"
            self._paint()

    @on(Table.Selected)
    def _selection_moved(self) -> None:
        self._paint_about()

    def _paint(self) -> None:
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
        table: Table[PlanRow] = self.query_one(Table)
        limits = self._request.limits(self._engine_context.settings.limits)
        waves = waves_of(self._items or (), pace_of(limits, Operation.UPDATE))
        table.set_columns(PLAN_COLUMNS if waves else COLUMNS_OF_ONE_WAVE, {})
        table.show([structs.replace(row, wave=clean(waves.get(key, ""))) for key, row in self._rows.items()])
        counts = summary([row.action for row in self._rows.values()])
        table.set_title(plan_title(counts, waits=self._asked and self._items is None))
        self._paint_about()
        self.query_one("#options", Prose).show(*self._request.lines())

    def _origin(self) -> Cell:
        """Who made the plan, and when, where it was saved."""
        saved = self._saved
        if saved is None:
            return ()
        return (Span(f"Plan of {moment(saved.created)} by {clean(str(saved.operator), 60)}. ", Tone.DIM),)

    def _paint_about(self) -> None:
        table: Table[PlanRow] = self.query_one(Table)
        row, glyphs = table.selected, self.appearance.glyphs
        lines: list[Cell] = [cell(self._trouble, Tone.BAD)] if self._trouble else []
        if row is not None:
            lines.append((Span(f"{row.name}: ", Tone.KEY), Span(row.message)))
            if row.advice:
                lines.append((Span("What to do: ", Tone.KEY), Span(row.advice)))
            lines += [cell(f"{glyphs.warning} {warning}", Tone.WARN) for warning in row.warnings]
        self.query_one("#about", Prose).show(*lines)

    def action_option(self, name: str) -> None:
        """Turn an option on or off."""
        self._choose(self._request.turned(name))

    def action_canary(self) -> None:
        """Change the number of canaries."""
        self._choose(self._request.next_canary())

    def action_budget(self) -> None:
        """Change the number of failures at which nothing more is started."""
        self._choose(self._request.next_budget())

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
            self._paint()
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
        row: PlanRow | None = self.query_one(Table).selected
        if row is not None:
            self.dismiss(PlanAnswer(items=(), request=self._request, wants_login=True, devices=(row.device,)))

    def action_leave(self) -> None:
        """Leave without an update."""
        self.dismiss(None)

    def action_go_on(self) -> None:
        """Ask whether to start, if the plan is complete and has a device to update."""
        if self._items is None:
            self._asked = True
            self._paint()
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
