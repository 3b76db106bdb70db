"""What ``sicktui health --history`` does: prints what was kept of earlier readings. No sensor is asked."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sicktui.cli import lines
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common, all_if_none
from sicktui.cli.tables import table
from sicktui.model.clock import seconds_between, timestamp
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.health.history import HOUR, TRACKED, Begun, HourPoint
from sicktui.model.health.records import code_words
from sicktui.model.lines.sensors import HealthFindingLine, HealthHourLine, NumberSpan
from sicktui.model.wording import age, count, moment

HEADERS: Final = ("VALUE", "LOWEST", "HIGHEST", "LAST")
_COARSE: Final = 60


def health_history(common: Common, words: Sequence[str], since: timedelta) -> int:
    """Print the history of devices. Returns 1 if nothing is kept of one."""
    with open_cli(common) as cli:
        start = cli.context.clock.now() - min(since, timedelta(days=3650))
        missing = [
            target.device
            for target in cli.targets(all_if_none(words))
            if not _show(cli, target.device, start)
        ]
        for device in missing:
            error = SicktuiError(
                f"{device}: no reading of its health is kept.", advice="'sicktui health' reads it."
            )
            lines.blame(error)
            cli.out.note(f"{error.message} {error.advice}")
        return ExitCode.FAILED if missing else ExitCode.OK


def _show(cli: CliContext, device: str, start: datetime) -> bool:
    history = cli.context.health_history
    sensor = history.sensor_of(device)
    if sensor is None:
        return False
    points, findings = history.points(sensor, start), history.findings(sensor, start)
    for point in points:
        cli.out.emit(_hour_line(cli, device, sensor, point))
    for finding in findings:
        cli.out.emit(
            HealthFindingLine(
                ts=cli.now(),
                device=device,
                sensor=sensor,
                code=finding.code,
                since=finding.since,
                ended=finding.ended,
            )
        )
    cli.out.line(
        f"{device}: {sensor}, {count(len(points), 'hour')} since {moment(timestamp(start))}", bold=True
    )
    for text in table(HEADERS, list(_rows(points)), columns=cli.out.wrap) if points else ():
        cli.out.line(f"  {text}")
    for finding in findings:
        cli.out.line(f"  {_finding(finding, cli.now())}")
    return True


def _hour_line(cli: CliContext, device: str, sensor: str, point: HourPoint) -> HealthHourLine:
    return HealthHourLine(
        ts=cli.now(),
        device=device,
        sensor=sensor,
        hour=timestamp(datetime.fromtimestamp(point.hour * HOUR, UTC)),
        numbers={
            name: NumberSpan(low=span.low, high=span.high, last=span.last)
            for name, span in point.numbers.items()
        },
        front=list(point.front),
        version=point.version or None,
    )


def _rows(points: Sequence[HourPoint]) -> Iterator[tuple[str, ...]]:
    for name in TRACKED:
        spans = [point.numbers[name] for point in points if name in point.numbers]
        if spans:
            low, high = min(span.low for span in spans), max(span.high for span in spans)
            yield name, *(f"{number:g}" for number in (low, high)), f"{spans[-1].last:g}"
    versions = list(dict.fromkeys(point.version for point in points if point.version))
    if versions:
        yield "version", versions[0], "", versions[-1]


def _finding(finding: Begun, now: str) -> str:
    words = f"{code_words(finding.code)} since {moment(finding.since)}"
    if finding.ended is None:
        return f"{words} ({age(seconds_between(finding.since, now), grain=_COARSE)})"
    return f"{words}, until {moment(finding.ended)}"
