"""The settings: columns, and one in full."""

from typing import Final

from sicktui.model.safe_text import clean
from sicktui.stores.config.settings_file import Origin, SettingRow, shown
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell

_AT_NEXT_START: Final = (("dashboard", "glyphs"), ("dashboard", "colours"), ("dashboard", "mouse"), ("keys",))

_TONES: Final = {Origin.DEFAULT: Tone.DIM, Origin.FILE: Tone.GOOD, Origin.CALL: Tone.WARN}


def _value(row: SettingRow) -> Cell:
    text = clean(row.shown, 200) or '""'
    return cell(text, Tone.DIM if row.origin is Origin.DEFAULT else Tone.KEY)


SETTING_COLUMNS: Final[tuple[Column[SettingRow], ...]] = (
    Column(
        id="name",
        title="Setting",
        least=20,
        ample=28,
        most=44,
        cell=lambda r, _g, _w: cell(clean(r.name, 80)),
    ),
    Column(id="value", title="Value", least=8, ample=12, most=40, cell=lambda r, _g, _w: _value(r)),
    Column(
        id="origin",
        title="From",
        least=11,
        most=11,
        cell=lambda r, _g, _w: cell(r.origin.value, _TONES[r.origin]),
    ),
    Column(
        id="about",
        title="Meaning",
        least=20,
        most=120,
        rank=5,
        cell=lambda r, _g, _w: cell(r.about, Tone.DIM),
    ),
)
"""Every column, from left to right."""


def about_setting(row: SettingRow) -> list[Cell]:
    """Everything about a setting, a paragraph a line."""
    facts = [
        ("setting", row.name),
        ("meaning", row.about),
        ("value", f"{shown(row.value)}, from {row.origin.value}"),
        ("default", shown(row.default)),
        ("allowed", f"{row.allowed}, in seconds" if row.keys[0] == "timing" else row.allowed),
        ("takes effect", when_used(row.keys)),
    ]
    lines: list[Cell] = [
        (Span(f"{name}: ", Tone.DIM), Span(clean(value, 400))) for name, value in facts if value
    ]
    if row.origin is Origin.CALL:
        lines.append((Span("This call was started with --set, which overrides the file.", Tone.WARN),))
    return lines


def when_used(keys: tuple[str, ...]) -> str:
    """When a change of this setting is used."""
    if keys[:2] in _AT_NEXT_START or keys[:1] in _AT_NEXT_START:
        return "when the dashboard is started again"
    if keys[0] == "dashboard":
        return "now"
    return "for what starts from now on; runs keep the settings that they were started with"
