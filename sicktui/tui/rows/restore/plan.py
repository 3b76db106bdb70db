"""The plan of a restore: rows, columns, and the confirmation."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.restore.plan import RestorePlan
from sicktui.engine.restore.source import LATEST
from sicktui.model.device import Target
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, moment, more
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.restore.checks import warning_lines
from sicktui.tui.rows.restore.preview import Comparing, change_lines, changes_cell, is_over

_SHOWN: Final = 8
_CHANGES_SHOWN: Final = 4
"""Changes of each sensor that the question lists where there are several; the plan lists them all."""

_NOT_YET_KNOWN: Final = "What would change is not known yet. Wait until all is read, or press s to skip that."


class RestoreRow(Struct, frozen=True, kw_only=True):
    """One device in the plan."""

    target: Target
    word: str
    """The chosen backup: an id, a path, or ``latest``."""
    plan: RestorePlan | None = None
    """``None`` while the sensor is being read."""
    comparing: Comparing | None = None
    """What would change; ``None`` until it is known whether it can be restored."""

    @property
    def key(self) -> str:
        """The device."""
        return self.target.device


def backup_words(plan: RestorePlan | None, word: str) -> str:
    """The backup in a few words."""
    if plan is None or plan.order is None:
        return "the newest intact one" if word == LATEST else clean(word, 80)
    if plan.order.created is None:
        return clean(plan.order.name, 80)
    return moment(plan.order.created)


def action_cell(row: RestoreRow, glyphs: Glyphs, _: int) -> Cell:
    """Whether it can be restored."""
    if row.plan is None:
        return cell(f"{glyphs.waiting} reading", Tone.DIM)
    if not row.plan.may_go:
        return cell(f"{glyphs.failed} refuse", Tone.BAD)
    sign = Span(glyphs.warning, Tone.WARN) if row.plan.item.warnings else Span("")
    return (Span(f"{glyphs.done} restore ", Tone.GOOD), sign)


def _versions_cell(row: RestoreRow, glyphs: Glyphs, width: int) -> Cell:
    if row.plan is None or row.plan.item.identity is None:
        return ()
    now = row.plan.item.identity.version
    then = clean((row.plan.order and row.plan.order.version) or "?")
    if then == now:
        return cell(now)
    both = joined((cell(then, Tone.WARN), cell(now)), Span(f" {glyphs.arrow} ", Tone.DIM))
    return both if width_of(both) <= width else cell(f"{glyphs.warning} {then}", Tone.WARN)


def _why_cell(row: RestoreRow, _: Glyphs, __: int) -> Cell:
    if row.plan is None:
        return cell("reading the sensor...", Tone.DIM)
    return cell(clean(row.plan.item.message, 300), Tone.DIM if row.plan.may_go else Tone.PLAIN)


RESTORE_COLUMNS: Final[tuple[Column[RestoreRow], ...]] = (
    Column(
        id="name", title="Name", least=12, ample=18, most=30, cell=shortened(lambda r: clean(r.target.device))
    ),
    Column(id="action", title="Plan", least=11, most=11, steady=True, cell=action_cell),
    Column(
        id="backup",
        title="Backup of",
        least=16,
        ample=20,
        most=30,
        cell=shortened(lambda r: backup_words(r.plan, r.word)),
    ),
    Column(
        id="changes",
        title="Changes",
        least=9,
        most=12,
        cell=lambda r, g, _w: changes_cell(r.comparing, g),
    ),
    Column(id="versions", title="Firmware", least=10, ample=19, most=24, rank=1, cell=_versions_cell),
    Column(id="why", title="Why", least=16, most=200, rank=2, cell=_why_cell),
)
"""Every column of the plan, from left to right."""


def summary(rows: Sequence[RestoreRow]) -> str:
    """``restore 2, refuse 1``."""
    going = sum(row.plan is not None and row.plan.may_go for row in rows)
    reading = sum(row.plan is None for row in rows)
    counts = (("restore", going), ("refuse", len(rows) - going - reading), ("reading", reading))
    return ", ".join(f"{word} {number}" for word, number in counts if number) or "nothing"


def who(plan: RestorePlan) -> str:
    """The device and the serial number of its sensor."""
    identity = plan.item.identity
    serial = (identity.label or identity.name) if identity else "?"
    return f"{clean(plan.item.device, 40)} (serial number {serial})"


def question(rows: Sequence[RestoreRow], glyphs: Glyphs, *, backs_up: bool) -> list[Cell]:
    """The question before anything is written, with what would change as far as it is known.

    Args:
        rows: the devices that may go.
        glyphs: for the signs.
        backs_up: whether their present parameters are backed up first.
    """
    first = (
        cell(f"{glyphs.done} The present parameters are backed up first.", Tone.GOOD)
        if backs_up
        else cell(f"{glyphs.warning} The present parameters are lost unless they are backed up.", Tone.WARN)
    )
    lines = [cell(f"This overwrites the parameters of {count(len(rows), 'sensor')}:"), first, ()]
    most = None if len(rows) == 1 else _CHANGES_SHOWN
    for row in rows[:_SHOWN]:
        if row.plan is None:
            continue
        lines.append((Span(who(row.plan), Tone.KEY), Span(f"  backup of {backup_words(row.plan, '')}")))
        lines += warning_lines(row.plan, glyphs)
        lines += change_lines(row.comparing, glyphs, most)
        if not is_over(row.comparing):
            lines.append(cell(f"{glyphs.warning} {_NOT_YET_KNOWN}", Tone.WARN))
    if rest := more(len(rows), _SHOWN):
        lines.append(cell(rest))
    return [*lines, (), cell("The restored parameters are saved on the sensor and read back.")]
