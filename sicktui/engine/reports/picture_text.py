"""A timeline as a picture in characters: a row for each device, a column for a fixed number of seconds."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

from sicktui.engine.reports.timeline import Break, DeviceTimeline, Phase, Timeline
from sicktui.model.enums import Verdict
from sicktui.model.safe_text import clean
from sicktui.model.wording import duration, elapsed

LETTERS: Final[dict[Phase, str]] = {
    Phase.WAIT: ".",
    Phase.CHECK: "-",
    Phase.BACKUP: "b",
    Phase.UPLOAD: "u",
    Phase.FLASH: "F",
    Phase.REBOOT: "r",
    Phase.AWAY: "~",
    Phase.VERIFY: "v",
    Phase.RESTORE: "R",
    Phase.SAVE: "s",
}
"""The sign of each phase where there is nothing but ASCII."""
SCALES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
"""Seconds that a column may stand for."""
_LABEL: Final = 8
"""Columns from one time on the axis to the next, at least."""
BREAK: Final = "|"
_MOST_TRIES: Final = 9


def fitting_scale(seconds: float, columns: int) -> float:
    """The smallest scale at which a run of this length fits into the columns."""
    return next((scale for scale in SCALES if scale * columns >= seconds), SCALES[-1])


def sample(device: DeviceTimeline, first: float, scale: float, columns: int) -> list[Phase | None]:
    """What the device was doing in each column: the phase that took most of it; ``None``: nothing.

    Args:
        device: the device.
        first: the second at which the first column begins.
        scale: seconds of a column.
        columns: how many there are.
    """
    shares: list[dict[Phase, float]] = [{} for _ in range(columns)]
    for span in device.spans:
        begin, end = (span.start - first) / scale, (span.end - first) / scale
        for column in range(max(0, int(begin)), min(columns, int(end) + 1)):
            part = min(end, column + 1) - max(begin, column)
            if part > 0:
                shares[column][span.phase] = shares[column].get(span.phase, 0.0) + part
    return [max(share, key=lambda phase: share[phase]) if share else None for share in shares]


def tries_at(device: DeviceTimeline, first: float, scale: float, columns: int) -> dict[int, str]:
    """The columns in which something was sent once more, with the number of the try."""
    found = {}
    for again in device.tries:
        column = int((again.at - first) / scale)
        if again.at >= first and column < columns:
            found[column] = str(min(again.number, _MOST_TRIES))
    return found


def axis(first: float, scale: float, columns: int, breaks: Sequence[Break] = (), sign: str = BREAK) -> str:
    """The line above a picture: the times, each at its column, and where time is left out."""
    step = next((s for s in SCALES if s >= 1 and s / scale >= _LABEL), SCALES[-1])
    line = [" "] * columns
    mark = -(-first // step) * step
    while (column := round((mark - first) / scale)) < columns:
        text = elapsed(mark)
        if column + len(text) <= columns:
            line[column : column + len(text)] = text
        mark += step
    for cut in breaks:
        column = int((cut.at - first) / scale)
        if cut.at >= first and column < columns:
            line[column] = sign
    return "".join(line).rstrip()


def break_words(cut: Break) -> str:
    """Why time is left out at a place, in words."""
    at = f"at {elapsed(cut.at)}"
    if cut.interrupted:
        return f"{at}: interrupted for {duration(cut.seconds)}"
    if cut.seconds < 0:
        return f"{at}: the clock of the PC was set back by {duration(-cut.seconds)}"
    return f"{at}: nothing recorded for {duration(cut.seconds)}"


def text_lines(timeline: Timeline, width: int = 100) -> list[str]:
    """The whole picture in ASCII signs, with its legend.

    Args:
        timeline: the run.
        width: cells of a line.
    """
    if not timeline.devices:
        return []
    names = [clean(device.device, 40) for device in timeline.devices]
    lead = min(24, max(cell_len(name) for name in names))
    tail = max(len(verdict.value) for verdict in Verdict) + 1
    columns = max(10, width - lead - tail - 2)
    scale = fitting_scale(timeline.seconds, columns)
    lines = [(" " * (lead + 1) + axis(0.0, scale, columns, timeline.breaks)).rstrip()]
    for name, device in zip(names, timeline.devices, strict=True):
        signs = [LETTERS[phase] if phase else " " for phase in sample(device, 0.0, scale, columns)]
        for column, number in tries_at(device, 0.0, scale, columns).items():
            signs[column] = number
        verdict = device.verdict.value if device.verdict else ""
        lines.append(f"{set_cell_size(name, lead)} {''.join(signs)} {verdict}".rstrip())
    lines += ["", legend(timeline, scale)]
    return lines + [f"{BREAK} {break_words(cut)}" for cut in timeline.breaks]


def legend(timeline: Timeline, scale: float) -> str:
    """What the signs mean, as far as they occur."""
    signs = [f"{LETTERS[phase]} {phase.value}" for phase in timeline.phases]
    if any(device.tries for device in timeline.devices):
        signs.append("2 second try")
    return "  ".join([*signs, f"(a column: {scale:g} s)"])
