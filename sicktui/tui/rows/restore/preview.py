"""What a restore would change, in lines. Pure."""

from collections import Counter
from typing import Final

from msgspec import Struct

from sicktui.engine.restore.preview import RestorePreview
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.parameters.diff import difference_lines

NETWORK_WORDS: Final = "Network settings of the backup; a sensor usually keeps its own"
NOTHING_STORED: Final = "No readable parameters were stored with this backup: what would change is not known."


class Comparing(Struct, frozen=True, kw_only=True):
    """The comparison of one sensor with its backup, so far."""

    done: int = 0
    whole: int = 0
    """Parameters to read; 0: nothing can be compared."""
    preview: RestorePreview | None = None
    trouble: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is read."""
        return self.preview is not None or bool(self.trouble) or self.whole == 0


def is_over(comparing: Comparing | None) -> bool:
    """Whether all is known that will be; a comparison that has not begun is not over."""
    return comparing is not None and comparing.is_over


def changes_cell(comparing: Comparing | None, glyphs: Glyphs) -> Cell:
    """The number of changes, or how far the reading is."""
    if comparing is None:
        return ()
    if comparing.trouble or comparing.whole == 0:
        return cell("not known", Tone.DIM)
    if comparing.preview is None:
        return cell(f"{glyphs.busy} {comparing.done}/{comparing.whole}", Tone.BUSY)
    number = len(comparing.preview.drift.settings)
    return cell(count(number, "change"), Tone.WARN) if number else cell("none", Tone.GOOD)


def change_lines(comparing: Comparing | None, glyphs: Glyphs, most: int | None = None) -> list[Cell]:
    """What would change, and what could not be compared.

    Args:
        comparing: the comparison so far.
        glyphs: for the signs.
        most: how many changes are listed; all if ``None``.
    """
    if comparing is None:
        return []
    if comparing.trouble:
        return [cell(f"{glyphs.warning} Not compared: {clean(comparing.trouble, 400)}", Tone.WARN)]
    if comparing.whole == 0:
        return [cell(f"{glyphs.warning} {NOTHING_STORED}", Tone.WARN)]
    if comparing.preview is None:
        words = f"Comparing the parameters: {comparing.done} of {comparing.whole} read..."
        return [cell(f"{glyphs.busy} {words}", Tone.BUSY)]
    return _result(comparing.preview, glyphs, most)


def _result(preview: RestorePreview, glyphs: Glyphs, most: int | None) -> list[Cell]:
    drift, changes = preview.drift, preview.drift.settings
    compared = f"{count(drift.compared, 'parameter')} compared"
    if not changes:
        lines = [cell(f"{glyphs.done} Nothing changes, of {compared}.", Tone.GOOD)]
    else:
        head = f"{glyphs.warning} {count(len(changes), 'change')}, of {compared}:"
        lines = [cell(head, Tone.WARN), *difference_lines(changes, glyphs, most)]
    if network := [difference for difference in drift.differences if difference.network]:
        lines.append(cell(f"{NETWORK_WORDS}:", Tone.DIM))
        lines += difference_lines(network, glyphs, most)
    for why, number in Counter(drift.not_compared.values()).most_common():
        words = f"{count(number, 'parameter')}, {clean(why, 200)}."
        lines.append((Span("Not compared: ", Tone.DIM), Span(words, Tone.DIM)))
    if preview.later:
        lines.append((Span("Not from the backup itself: ", Tone.DIM), Span(f"{preview.later}.", Tone.DIM)))
    return lines
