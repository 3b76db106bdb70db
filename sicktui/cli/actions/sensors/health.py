"""What ``sicktui health`` does: reads what each sensor reports of itself, and prints what is wrong with it.

JSON lines come as the sensors answer; rows come in the order of the devices.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from sicktui.cli import lines
from sicktui.cli.actions.sensors.status import InOrder
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common, all_if_none
from sicktui.cli.tables import RowByRow, indented, width
from sicktui.cli.waiting import ReadCounter
from sicktui.engine.health.read import read_health
from sicktui.engine.health.watch import watch_sensor
from sicktui.engine.measuring.receivers import Receivers
from sicktui.engine.metrics.publish import Fresh, publish
from sicktui.engine.plan.base import MAX_READS_AT_ONCE
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.health.records import DeviceHealth, Finding, HealthState, Watch, Weight
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.health.rules.watched import WATCHED
from sicktui.model.health.words import clock_words, first_seen, hours_words, temperature_words, weight_words
from sicktui.model.lines.sensors import HealthLine
from sicktui.model.wording import count, duration, moment

HEADERS: Final = ("DEVICE", "STATE", "TEMPERATURE", "HOURS", "POWER-ONS", "CLOCK", "FOUND")
_WIDTHS: Final = (0, 7, 11, 7, 9, 10, 8)
"""The least widths: rows are printed before all of them are known."""
_SPARE: Final = ("POWER-ONS", "CLOCK", "HOURS")
"""Columns that a narrow terminal leaves out, the first one first."""
_COLOURS: Final = {HealthState.ERROR: "red", HealthState.WARNING: "yellow", HealthState.UNKNOWN: "yellow"}


class HealthOptions(Struct, frozen=True, kw_only=True):
    """What is asked for beside the reading."""

    accept_calibration: bool = False
    measuring: bool = False
    """Whether it is found out whether they measure."""
    watch: float | None = None
    """Seconds for which all of them are watched first; ``None``: they are not."""


def health(common: Common, words: Sequence[str], options: HealthOptions) -> int:
    """Read and print the health of devices. Returns 1 if something is wrong, 3 if one is unknown."""
    with open_cli(common) as cli:
        targets = cli.targets(all_if_none(words))
        try:
            found = cli.read(_look(cli, targets, options))
        finally:
            cli.out.overwrite("")
        publish(cli.context, Fresh(health=tuple(found)))
        states = Counter(each.report.state for each in found)
        if len(found) > 1:
            numbers = [f"{states[state]} {state.value}" for state in _WORST_FIRST if states[state]]
            cli.out.note(f"{count(len(found), 'device')}: {', '.join(numbers)}.")
        if states[HealthState.ERROR] or states[HealthState.WARNING]:
            return ExitCode.FAILED
        return ExitCode.UNKNOWN if states[HealthState.UNKNOWN] else ExitCode.OK


_WORST_FIRST: Final = (HealthState.ERROR, HealthState.WARNING, HealthState.UNKNOWN, HealthState.OK)


async def _look(cli: CliContext, targets: Sequence[Target], options: HealthOptions) -> list[DeviceHealth]:
    watches = await _watch(cli, targets, options.watch) if options.watch is not None else {}
    longest = max((width(target.device) for target in targets), default=0)
    table = RowByRow(HEADERS, (longest, *_WIDTHS[1:]), columns=cli.out.wrap, spare=_SPARE)
    cli.out.line(table.head, bold=True)
    reading = ReadCounter(cli.out, len(targets))
    reading.show()
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)
    rows: InOrder[DeviceHealth] = InOrder([target.device for target in targets])
    notes = len(targets) == 1
    rules = (MEASURING if options.measuring else ()) + (() if options.watch is None else WATCHED)
    asked = frozenset(rule.code for rule in rules)
    receivers = Receivers(cli.context.clock) if options.measuring else None

    async def one(target: Target) -> DeviceHealth:
        async with gate:
            found = await read_health(
                cli.context,
                target,
                reading.step,
                accept_calibration=options.accept_calibration,
                receivers=receivers,
                watch=watches.get(target.device),
            )
        _blame(found)
        cli.out.emit(health_line(found, cli.now()))
        reading.clear()
        for row in rows.known(target.device, found):
            _print(cli, row, table, notes=notes, asked=asked)
        reading.done()
        return found

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def _watch(cli: CliContext, targets: Sequence[Target], seconds: float) -> dict[str, Watch]:
    """Watch all of them at once, with the time left on the terminal."""
    clock = cli.context.clock
    end = clock.monotonic() + seconds

    async def show() -> None:
        while (left := end - clock.monotonic()) > 0:
            cli.out.overwrite(f"Watching {count(len(targets), 'sensor')}: {duration(left)} left")
            await clock.sleep(1.0)

    shown = asyncio.create_task(show())
    try:
        found = await asyncio.gather(*(watch_sensor(cli.context, target, seconds) for target in targets))
    finally:
        shown.cancel()
        cli.out.overwrite("")
    return {target.device: watch for target, watch in zip(targets, found, strict=True)}


def health_line(found: DeviceHealth, ts: str) -> HealthLine:
    """The contract's ``health`` line."""
    identity = found.identity
    return HealthLine(
        ts=ts,
        device=found.device,
        state=found.report.state,
        findings=list(found.report.findings),
        values={measure.name: measure.value for measure in found.report.measures},
        model=identity.device_type if identity else None,
        version=identity.runs if identity else None,
        serial=identity.serial if identity else None,
    )


def _blame(found: DeviceHealth) -> None:
    """Note why the command will not end with 0."""
    if found.report.state is HealthState.OK:
        return
    worst = found.report.findings[0]
    known = worst.code in {code.value for code in Code}
    code = Code.UNHEALTHY if found.report.is_wrong else Code(worst.code) if known else None
    lines.blame(SicktuiError(f"{found.device}: {worst.message}", advice=worst.advice, code=code))


def _print(
    cli: CliContext, found: DeviceHealth, table: RowByRow, *, notes: bool, asked: frozenset[str]
) -> None:
    report = found.report
    measures = {measure.name: measure for measure in report.measures}
    cells = (
        found.device,
        report.state.value,
        temperature_words(measures),
        hours_words(measures),
        str(measures["power_on_count"].value) if "power_on_count" in measures else "-",
        clock_words(measures),
        _counted(report.findings),
    )
    colour = _COLOURS.get(report.state)
    for line in table.rows(cells):
        cli.out.line(line, colour)
    for finding in report.findings:
        if notes or finding.level is not Weight.NOTE or finding.code in asked:
            for line in _finding(finding, found.at, cli.out.wrap):
                cli.out.line(line)


def _counted(findings: Sequence[Finding]) -> str:
    levels = Counter(finding.level for finding in findings)
    order = (Weight.ERROR, Weight.WARNING, Weight.NOTE, Weight.UNKNOWN)
    return ", ".join(weight_words(level, levels[level]) for level in order if levels[level]) or "-"


def _finding(finding: Finding, at: datetime, columns: int | None) -> Iterator[str]:
    """What was found, and what to do, below the row of its device."""
    text = f"{finding.level.value}: {finding.message} {finding.advice}".strip()
    if since := first_seen(finding, at):
        text += f" First seen {moment(since)}."
    if columns is None:
        yield f"    {text}"
    else:
        yield from indented(text, columns=columns, first="    ", rest="      ")
