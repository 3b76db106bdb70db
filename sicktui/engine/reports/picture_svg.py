"""A timeline as a picture inside an HTML page."""

from html import escape
from typing import Final

from sicktui.engine.reports.picture_text import SCALES, break_words
from sicktui.engine.reports.timeline import DeviceTimeline, Phase, Timeline
from sicktui.model.safe_text import clean
from sicktui.model.wording import duration, elapsed

COLOURS: Final[dict[Phase, str]] = {
    # The Okabe-Ito palette, which the colour-blind can distinguish; in grey the lightness differs.
    Phase.WAIT: "#e5e7eb",
    Phase.CHECK: "#9ca3af",
    Phase.BACKUP: "#56b4e9",
    Phase.UPLOAD: "#0072b2",
    Phase.FLASH: "#e69f00",
    Phase.REBOOT: "#f0e442",
    Phase.AWAY: "#d55e00",
    Phase.VERIFY: "#009e73",
    Phase.RESTORE: "#e69f00",
    Phase.SAVE: "#cc79a7",
}
_NAME: Final = 170
"""Pixels for the names."""
_BAR: Final = 640
_END: Final = 110
_ROW: Final = 20
_TOP: Final = 24
_LABELS: Final = 8
"""Times on the axis, at most."""


def svg(timeline: Timeline) -> str:
    """The picture; empty for a run without devices."""
    if not timeline.devices:
        return ""
    width = _NAME + _BAR + _END
    bottom = _TOP + _ROW * len(timeline.devices)
    per_pixel = max(timeline.seconds, 0.001) / _BAR
    box = f'viewBox="0 0 {width} {bottom + 28}" width="{width}"'
    parts = [f'<svg {box} role="img" aria-label="Timeline of the run">']
    parts += _axis(timeline, per_pixel, bottom)
    for number, device in enumerate(timeline.devices):
        parts += _row(device, _TOP + _ROW * number, per_pixel)
    parts += _legend(timeline.phases, bottom + 20)
    return "\n".join([*parts, "</svg>"])


def _axis(timeline: Timeline, per_pixel: float, bottom: int) -> list[str]:
    step = next((s for s in SCALES if s >= 1 and timeline.seconds / s <= _LABELS), SCALES[-1])
    parts = []
    mark = 0.0
    while mark <= timeline.seconds:
        x = _x(mark, per_pixel)
        parts.append(f'<line x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{_TOP - 10}" text-anchor="middle">{elapsed(mark)}</text>')
        mark += step
    for cut in timeline.breaks:
        x = _x(cut.at, per_pixel)
        parts.append(
            f'<line x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{bottom}" stroke="#000" stroke-dasharray="3 3">'
            f"<title>{escape(break_words(cut))}</title></line>"
        )
    return parts


def _row(device: DeviceTimeline, y: int, per_pixel: float) -> list[str]:
    name = escape(clean(device.device, 26))
    parts = [f'<text x="{_NAME - 8}" y="{y + 14}" text-anchor="end">{name}</text>']
    for span in device.spans:
        left, right = _x(span.start, per_pixel), _x(span.end, per_pixel)
        words = (
            f"{span.phase.value}, {elapsed(span.start)} to {elapsed(span.end)} "
            f"({duration(span.end - span.start)})"
        )
        parts.append(
            f'<rect x="{left}" y="{y + 3}" width="{max(0.5, right - left):.1f}" height="{_ROW - 6}" '
            f'fill="{COLOURS[span.phase]}"><title>{words}</title></rect>'
        )
    for again in device.tries:
        x = _x(again.at, per_pixel)
        parts.append(f'<text x="{x}" y="{y + 14}" class="try">{again.number}</text>')
    if device.verdict is not None:
        verdict = device.verdict.value
        parts.append(f'<text x="{_NAME + _BAR + 8}" y="{y + 14}" class="{verdict}">{verdict}</text>')
    return parts


def _legend(phases: list[Phase], y: int) -> list[str]:
    parts, x = [], _NAME
    for phase in phases:
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{COLOURS[phase]}"/>')
        parts.append(f'<text x="{x + 14}" y="{y}">{phase.value}</text>')
        x += 80
    return parts


def _x(seconds: float, per_pixel: float) -> float:
    return round(_NAME + seconds / per_pixel, 1)
