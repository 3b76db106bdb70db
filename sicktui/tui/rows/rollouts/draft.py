"""A rollout before it is ordered: a row for each device, and the question."""

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from sicktui.model.enums import Operation
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, duration, more, names
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.glyphs import Glyphs

if TYPE_CHECKING:
    from sicktui.fleet.drafts import Draft

_SHORT: Final = 60
_LONG: Final = 400
_SHOWN: Final = 8
_NAMED: Final = 3
_REASONS: Final = 4
"""Remarks that the question lists; the plan lists them all."""


class DraftRow(Struct, frozen=True, kw_only=True):
    """One device of the plan. All texts but the key are already cleaned."""

    device: str
    """``pc/device``."""
    name: str
    refused: bool
    backup: bool
    model: str = ""
    versions: tuple[str, str] = ("", "")
    wave: str = ""
    words: str = ""
    """What is to be minded, or why it is refused."""
    advice: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The device."""
        return self.device


def draft_rows(draft: "Draft") -> list[DraftRow]:
    """A row for each device, in the order of the plan."""
    ask = draft.spec.ask
    is_backup = ask.operation is Operation.BACKUP
    after = "" if is_backup else clean(ask.expect_version or "?", _SHORT)
    return [
        DraftRow(
            device=item.device,
            name=clean(item.device, 2 * _SHORT),
            refused=bool(item.refused),
            backup=is_backup,
            model=clean(item.model, _SHORT),
            versions=(clean(item.version, _SHORT), after),
            wave=clean(draft.waves.get(item.device, ""), _SHORT) if draft.in_waves else "",
            words=clean(draft.words(item.device), _LONG),
            advice=tuple(
                clean(remark.advice, _LONG) for remark in draft.remarks.get(item.device, ()) if remark.advice
            ),
        )
        for item in draft.spec.items
    ]


def counts_of(draft: "Draft") -> str:
    """``update 4, refuse 1 on 3 PCs``, without zeros."""
    going = len(draft.going)
    verb = "back up" if draft.spec.ask.operation is Operation.BACKUP else "update"
    parts = ((verb, going), ("refuse", len(draft.spec.items) - going))
    words = ", ".join(f"{word} {number}" for word, number in parts if number)
    return f"{words} on {count(len({item.pc for item in draft.spec.items}), 'PC')}"


def _action_cell(row: DraftRow, glyphs: Glyphs, _: int) -> Cell:
    if row.refused:
        return cell(f"{glyphs.failed} refuse", Tone.BAD)
    done = cell(f"{glyphs.done} {'back up' if row.backup else 'update'}", Tone.GOOD)
    return (*done, Span(f" {glyphs.warning}", Tone.WARN)) if row.words else done


def _versions_cell(row: DraftRow, glyphs: Glyphs, width: int) -> Cell:
    before, after = row.versions
    if row.refused or row.backup:
        return cell(before, Tone.DIM)
    both = joined((cell(before or "?", Tone.DIM), cell(after)), Span(f" {glyphs.arrow} ", Tone.DIM))
    return both if width_of(both) <= width else cell(f"{glyphs.arrow} {after}")


DRAFT_COLUMNS: Final[tuple[Column[DraftRow], ...]] = (
    Column(id="name", title="Device", least=14, ample=22, most=40, cell=shortened(lambda r: r.name)),
    Column(id="action", title="Plan", least=11, most=11, steady=True, cell=_action_cell),
    Column(id="versions", title="Firmware", least=10, ample=19, most=30, rank=1, cell=_versions_cell),
    Column(id="model", title="Model", least=11, most=20, rank=4, cell=lambda r, _g, _w: cell(r.model)),
    Column(
        id="wave", title="Starts with", least=7, ample=13, most=24, rank=3, cell=shortened(lambda r: r.wave)
    ),
    Column(id="why", title="Why", least=20, most=200, rank=2, cell=lambda r, _g, _w: cell(r.words, Tone.DIM)),
)
"""Every column of the plan, from left to right."""


def question_lines(draft: "Draft", package: str, spread: list[Cell], glyphs: Glyphs) -> list[Cell]:
    """What is confirmed: what is ordered of which PCs, how, and what is to be minded.

    Args:
        draft: the plan.
        package: what people call the package.
        spread: who goes first.
        glyphs: the signs.
    """
    ask = draft.spec.ask
    which = names([clean(item.device, _SHORT) for item in draft.going], _SHOWN)
    is_backup = ask.operation is Operation.BACKUP
    what = "The parameters" if is_backup else "The firmware"
    end = "will be backed up" if is_backup else "will be updated"
    lines: list[Cell] = [
        (Span("The plan: "), Span(counts_of(draft), Tone.KEY)),
        (),
        (Span(f"{what} of {draft.extent} {end}: ", Tone.DIM), Span(which)),
    ]
    if not is_backup:
        lines.append((Span("Package: ", Tone.DIM), Span(clean(package, _LONG))))
        lines.append(cell("Each sensor restarts and does not measure during the update."))
        backup = cell("Their parameters are backed up first, on their PCs.")
        bare = cell(f"{glyphs.warning} Their parameters are NOT backed up first.", Tone.WARN)
        lines += [backup if ask.backup else bare, *spread]
    lines.append(
        cell(f"A PC has {duration(draft.spec.deadline)} for an order; then its devices are unknown.")
    )
    return [*lines, *_remark_lines(draft, glyphs)]


def _remark_lines(draft: "Draft", glyphs: Glyphs) -> list[Cell]:
    """What is to be minded, and what is left out, one line a reason."""
    refused = {item.device for item in draft.spec.items if item.refused}
    reasons: dict[tuple[bool, str], list[str]] = {}
    for device, remarks in draft.remarks.items():
        for remark in remarks:
            where = reasons.setdefault((device in refused, clean(remark.words, _LONG)), [])
            where.append(clean(device, _SHORT))
    shown = sorted(reasons.items(), key=lambda reason: not reason[0][0])[:_REASONS]
    lines = [_remark_cell(key, devices, glyphs) for key, devices in shown]
    rest = more(len(reasons), _REASONS)
    return [(), *lines, *([cell(f"{rest}, in the plan", Tone.DIM)] if rest else [])] if lines else []


def _remark_cell(reason: tuple[bool, str], devices: list[str], glyphs: Glyphs) -> Cell:
    is_refused, words = reason
    sign, tone = (glyphs.failed, Tone.BAD) if is_refused else (glyphs.warning, Tone.WARN)
    return cell(f"{sign} {names(devices, _NAMED)}: {words}", tone)


def about_lines(row: DraftRow | None) -> list[Cell]:
    """The selected device: what will be done, and what to do about what is in the way."""
    if row is None:
        return []
    words = row.words or f"Will be {'backed up' if row.backup else 'updated'} by its PC"
    told = f"{words[:1].upper()}{words[1:].rstrip('.')}."
    lines: list[Cell] = [(Span(f"{row.name}: ", Tone.KEY), Span(told))]
    return lines + [(Span("What to do: ", Tone.KEY), Span(advice)) for advice in row.advice]
