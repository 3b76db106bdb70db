"""What a sensor has reported over the last days, as small curves of characters."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from sicktui.model.health.history import SECTORS, HourPoint
from sicktui.model.wording import count
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

DAYS: Final = 30
"""How far back the curves go."""
_NAME: Final = 16
_FEWEST, _MOST = 20, 60
_BESIDE: Final = 26
"""Cells for the numbers beside a curve."""
_HOURS: Final = 24

Values = Sequence[tuple[int, float]]
"""Hours with their values."""
Draw = Callable[[Sequence[float | None], float, float], str]


def history_lines(points: Sequence[HourPoint], glyphs: Glyphs, width: int) -> list[Cell]:
    """A curve for each value that was kept; nothing for a history of one hour.

    Args:
        points: the hours, the oldest first.
        glyphs: the signs of this terminal.
        width: the cells of a line.
    """
    if len(points) < 2:  # noqa: PLR2004 - a curve has two points
        return []
    cells = max(_FEWEST, min(_MOST, width - _NAME - _BESIDE - 4))
    hours = points[-1].hour - points[0].hour + 1
    period = count(hours, "hour") if hours <= 2 * _HOURS else count(-(-hours // _HOURS), "day")
    degrees = "°C" if glyphs.unicode else "C"
    curves = (
        ("temperature", "temperature", f" {degrees}"),
        ("clock", "clock_offset", " s"),
        ("power-ons", "power_on_count", ""),
        ("DeviceStatus", "device_status", ""),
    )
    rows = [_row(head, name, unit, points, partial(scaled, glyphs, cells)) for head, name, unit in curves]
    rows.append(_front(points, partial(scaled, glyphs, cells)))
    shown = [row for row in rows if row]
    return [(), cell(f"History of {period}", Tone.KEY), *shown] if shown else []


def _row(head: str, name: str, unit: str, points: Sequence[HourPoint], draw: Draw) -> Cell:
    values = [(point.hour, point.numbers[name].high) for point in points if name in point.numbers]
    if len(values) < 2:  # noqa: PLR2004 - a curve has two points
        return ()
    low, high = min(value for _, value in values), max(value for _, value in values)
    numbers = f"{low:g}{unit}" if low == high else f"{low:g} to {high:g}{unit}"
    signs = draw(_over(points, values), low, high)
    return Span(f"  {head:<{_NAME}}", Tone.DIM), Span(signs), Span(f"  {numbers}")


def _front(points: Sequence[HourPoint], draw: Draw) -> Cell:
    values = [(point.hour, float(max(map(SECTORS.index, point.front)))) for point in points if point.front]
    if len(values) < 2:  # noqa: PLR2004
        return ()
    bad = int(max(value for _, value in values))
    tone = (Tone.GOOD, Tone.WARN, Tone.BAD, Tone.BAD)[bad]
    signs = draw(_over(points, values), 0, len(SECTORS) - 1)
    return Span(f"  {'front':<{_NAME}}", Tone.DIM), Span(signs, tone), Span(f"  worst: {SECTORS[bad]}")


def _over(points: Sequence[HourPoint], values: Values) -> list[float | None]:
    """The values hour by hour."""
    first = points[0].hour
    hourly: list[float | None] = [None] * (points[-1].hour - first + 1)
    for hour, value in values:
        hourly[hour - first] = value
    return hourly


def buckets_of(hourly: Sequence[float | None], cells: int) -> list[float | None]:
    """The highest value in each of equally long parts of the time; ``None`` where nothing was read."""
    cells = min(cells, len(hourly))
    found: list[float | None] = [None] * cells
    for place, value in enumerate(hourly):
        before = found[place * cells // len(hourly)]
        if value is not None and (before is None or value > before):
            found[place * cells // len(hourly)] = value
    return found


def scaled(glyphs: Glyphs, cells: int, hourly: Sequence[float | None], low: float, high: float) -> str:
    """A sign for each part of the time, from the lowest value to the highest; a blank where there is none."""
    signs = glyphs.curve
    span, top = high - low, len(signs) - 1
    return "".join(
        " " if value is None else signs[round((value - low) / span * top) if span else 1]
        for value in buckets_of(hourly, cells)
    )
