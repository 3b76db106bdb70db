"""The plan of an update: rows and columns."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.device import Target
from sicktui.model.enums import Action
from sicktui.model.run.plan import PlanItem, update_words
from sicktui.model.safe_text import clean
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.glyphs import Glyphs


class PlanRow(Struct, frozen=True, kw_only=True):
    """One device in the plan. All texts but the key are already cleaned."""

    device: str
    name: str
    action: Action | None = None
    """``None`` while the sensor is being read."""
    model: str = ""
    versions: tuple[str, str] = ("", "")
    message: str = ""
    advice: str = ""
    warnings: tuple[str, ...] = ()
    wave: str = ""
    """The part of the run in which it starts, where there is more than one."""

    @property
    def key(self) -> str:
        """The device."""
        return self.device


def reading(target: Target) -> PlanRow:
    """The row of a device that is being read."""
    return PlanRow(device=target.device, name=clean(target.device), message="reading the sensor...")


def plan_row(item: PlanItem) -> PlanRow:
    """The row of a device that has been planned."""
    who = item.identity
    message = item.message
    for warning in item.warnings:
        message = message.replace(warning, "")  # shown separately, beside the message
    return PlanRow(
        device=item.device,
        name=clean(item.device),
        action=item.action,
        model=clean((who and (who.device_type or who.name)) or ""),
        versions=(clean(item.from_version or ""), clean(item.to_version or "")),
        message=clean(" ".join(message.split()), 600),
        advice=clean(item.advice, 600),
        warnings=tuple(clean(warning, 400) for warning in item.warnings),
    )


def summary(actions: Sequence[Action | None]) -> str:
    """``update 4, skip 1, refuse 1``, without zeros."""
    counts = [(action.value, sum(each is action for each in actions)) for action in Action]
    parts = [f"{word} {number}" for word, number in counts if number]
    waiting = sum(action is None for action in actions)
    return ", ".join([*parts, f"reading {waiting}"] if waiting else parts) or "nothing"


def plan_title(counts: str, *, waits: bool) -> Cell:
    """The title of a plan with its counts, and why it cannot be confirmed yet where somebody tried to."""
    title = (Span("Plan "), Span(counts, Tone.DIM))
    return (*title, Span("  wait until all sensors are read", Tone.WARN)) if waits else title


def _action_cell(row: PlanRow, glyphs: Glyphs, _: int) -> Cell:
    match row.action:
        case None:
            return cell(f"{glyphs.waiting} reading", Tone.DIM)
        case Action.UPDATE if row.warnings:
            return (Span(f"{glyphs.done} update ", Tone.GOOD), Span(glyphs.warning, Tone.WARN))
        case Action.UPDATE:
            return cell(f"{glyphs.done} update", Tone.GOOD)
        case Action.SKIP:
            return cell(f"{glyphs.skipped} skip", Tone.DIM)
        case Action.REFUSE:
            return cell(f"{glyphs.failed} refuse", Tone.BAD)


def _versions_cell(row: PlanRow, glyphs: Glyphs, width: int) -> Cell:
    before, after = row.versions
    if row.action is not Action.UPDATE:
        return cell(before, Tone.DIM)
    both = joined((cell(before, Tone.DIM), cell(after or "?")), Span(f" {glyphs.arrow} ", Tone.DIM))
    return both if width_of(both) <= width else cell(f"{glyphs.arrow} {after or '?'}")


def _why(row: PlanRow) -> str:
    """The message; of an update, its warnings first, and not the sentence that repeats the versions."""
    if row.action is not Action.UPDATE:
        return row.message
    return " ".join(
        filter(None, [*row.warnings, row.message.removeprefix(update_words(*row.versions)).strip()])
    )


PLAN_COLUMNS: Final[tuple[Column[PlanRow], ...]] = (
    Column(id="name", title="Name", least=12, ample=18, most=30, cell=shortened(lambda r: r.name)),
    Column(id="action", title="Plan", least=10, most=10, steady=True, cell=_action_cell),
    Column(id="versions", title="Firmware", least=10, ample=19, most=30, rank=1, cell=_versions_cell),
    Column(id="model", title="Model", least=11, most=20, rank=3, cell=lambda r, _g, _w: cell(r.model)),
    Column(
        id="wave", title="Starts with", least=7, ample=13, most=24, rank=4, cell=shortened(lambda r: r.wave)
    ),
    Column(id="why", title="Why", least=20, most=200, rank=2, cell=lambda r, _g, _w: cell(_why(r), Tone.DIM)),
)
"""Every column of the plan, from left to right."""
COLUMNS_OF_ONE_WAVE: Final = tuple(column for column in PLAN_COLUMNS if column.id != "wave")
"""The same where all devices may start side by side."""
