"""The plan of an update: what would happen to each device, and why. Writes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from msgspec import Struct, structs
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.engine.update.plan import plan_update
from sicktui.engine.update.versions import Versions
from sicktui.model.device import Target
from sicktui.model.enums import Action, Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import PlanItem, word_to_type
from sicktui.model.safe_text import clean
from sicktui.model.settings import CANARY_MODELS
from sicktui.model.spread.pace import pace_of
from sicktui.model.spread.stages import waves_of
from sicktui.model.wording import count, names, size
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.glyphs import Glyphs
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
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

_SHOWN: Final = 12
_NAMED: Final = 3
_REASONS: Final = 4
"""Reasons that the question lists for devices that are not updated; the plan lists them all."""


AskPasswords = Callable[[Sequence[PlanItem]], Awaitable[bool]]
"""Asks for the passwords that sensors rejected in a plan; returns whether it asked for any."""


class PlanAnswer(Struct, frozen=True, kw_only=True):
    """A confirmed plan, or the devices to log in to first."""

    items: tuple[PlanItem, ...]
    request: UpdateRequest
    wants_login: bool = False
    devices: tuple[str, ...] = ()

    @property
    def going(self) -> int:
        """The number of devices to update."""
        return sum(item.may_go for item in self.items)


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
    ) -> None:
        super().__init__(classes="" if appearance.glyphs.unicode else "-ascii")
        self.appearance = appearance
        self._engine_context = context
        self._targets = targets
        self._package = package
        self._request = request
        self._ask_passwords = ask_passwords
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
            (Span("Update with ", Tone.DIM), Span(clean(package.name), Tone.KEY)),
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
        before, self._request = self._request, request
        if _deciding(before) == _deciding(request):
            self._paint()
        else:
            self.action_plan()

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


def typed_form(appearance: Appearance, paragraphs: Sequence[Cell], word: str) -> ValuesForm:
    """Asks for a typed confirmation of what the vendor rules out, or that is not approved."""

    def check(values: FormValues) -> str:
        typed = " ".join(values["word"].casefold().split())
        return "" if typed == word else f"Type {word} to start, or press esc to go back."

    field = TextField(name="word", label="Confirm", hint=f"type {word} to start the update")
    return ValuesForm(appearance, f"{word.capitalize()}?", paragraphs, (field,), check=check, submit="start")


def confirmation(answer: PlanAnswer, package: Package, glyphs: Glyphs) -> list[Cell]:
    """What is confirmed before anything is written: what is updated and how, and what is not, and why."""
    warning_sign = glyphs.warning
    going = [item for item in answer.items if item.may_go]
    which = names([clean(item.device, 40) for item in going], _SHOWN)
    warnings: dict[str, list[str]] = {}
    for item in going:
        for warning in item.warnings:
            warnings.setdefault(clean(warning, 300), []).append(clean(item.device, 40))
    options = answer.request.options
    lines: list[Cell] = [
        (Span("The plan: "), Span(summary([item.action for item in answer.items]), Tone.KEY)),
        (),
        (Span(f"The firmware of {count(len(going), 'sensor')} will be updated: ", Tone.DIM), Span(which)),
        (Span("Package: ", Tone.DIM), Span(clean(package.name))),
        cell("Each sensor restarts and does not measure during the update."),
    ]
    if options.backup:
        lines.append(cell("Their parameters are backed up first."))
    else:
        lines.append(cell(f"{warning_sign} Their parameters are NOT backed up first.", Tone.WARN))
    lines += spread_lines(answer.request)
    for warning, devices in list(warnings.items())[:4]:
        lines.append(cell(f"{warning_sign} {names(devices, _NAMED)}: {warning}", Tone.WARN))
    return [*lines, *_left_out(answer.items, glyphs)]


def spread_lines(request: UpdateRequest) -> list[Cell]:
    """Who goes first, and what the others wait for."""
    canary, lines = request.canary, []
    if canary == CANARY_MODELS:
        lines.append(cell("One sensor per model and variant first; the others follow only if they succeed."))
    elif canary:
        first = "The first one is updated" if canary == 1 else f"The first {canary} are updated"
        how = "it succeeds" if canary == 1 else "they succeed"
        lines.append(cell(f"{first} alone; the others follow only if {how}."))
    if request.approve and (canary or request.wave):
        who = "canaries" if canary else "first wave"
        lines.append(cell(f"After the {who}, the run waits until you continue it."))
    return lines


def _left_out(items: Sequence[PlanItem], glyphs: Glyphs) -> list[Cell]:
    """The devices that are not updated, one line a reason."""
    reasons: dict[tuple[str, Tone, str], list[str]] = {}
    for item in items:
        if not item.may_go:
            refused = item.action is Action.REFUSE
            sign, tone = (glyphs.failed, Tone.BAD) if refused else (glyphs.skipped, Tone.DIM)
            reasons.setdefault((sign, tone, clean(item.message, 300)), []).append(clean(item.device, 40))
    if not reasons:
        return []
    shown = list(reasons.items())[:_REASONS]
    rest = sum(map(len, reasons.values())) - sum(len(devices) for _, devices in shown)
    return [
        (),
        cell("Not updated:", Tone.DIM),
        *(
            (Span(f"{sign} {names(devices, _NAMED)}: ", tone), Span(message, Tone.DIM))
            for (sign, tone, message), devices in shown
        ),
        *([cell(f"and {rest} more; the plan has each reason", Tone.DIM)] if rest else []),
    ]


def _deciding(request: UpdateRequest) -> tuple[object, ...]:
    """The options that affect the plan."""
    options = request.options
    chosen = (options.allow_downgrade, options.force, options.allow_unapproved, options.expect_version)
    return *chosen, request.wait_offline
