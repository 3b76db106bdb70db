"""The question before an update: what is confirmed, and by which word where it must be typed."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.enums import Action
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import PlanItem
from sicktui.model.safe_text import clean
from sicktui.model.settings import CANARY_MODELS
from sicktui.model.wording import count, names
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import FormValues, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.plan import summary
from sicktui.tui.screens.update.plan_options import UpdateRequest

_SHOWN: Final = 12
_NAMED: Final = 3
_REASONS: Final = 4
"""Reasons that the question lists for devices that are not updated; the plan lists them all."""


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
