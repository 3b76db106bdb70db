"""What ``sicktui commission`` does, and ``sicktui address --mac``, which sets up one sensor."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.engine.address.commission import Commissioned
from sicktui.engine.address.commission import commission as set_up
from sicktui.engine.address.this_pc import ThisPc
from sicktui.model.device import Profile, Target, resolve
from sicktui.model.enums import Level, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.network import CommissionSummary, NetworkVerdict
from sicktui.model.network.address_change import AddressStage
from sicktui.model.network.addressing import NO_GATEWAY
from sicktui.model.network.commissioning import Entry, outside_of
from sicktui.model.run.event import Logged
from sicktui.model.search.records import address_of
from sicktui.model.wording import count
from sicktui.stores.config.commissioning_file import read_commissioning
from sicktui.stores.config.device_files import ImportProblems
from sicktui.stores.disk.files import expand_path

_STYLES: Final = {Verdict.FAILED: "red", Verdict.UNKNOWN: "yellow"}
_HEADERS: Final = ("SENSOR", "ADDRESS", "MASK", "GATEWAY", "NAME", "TAGS")


def commission(
    common: Common,
    file: str,
    *,
    wait: float,
    port: int,
    targets: Sequence[str],
    broadcast: bool,
    outside: bool,
) -> int:
    """Set up the sensors of a file.

    Returns 1 if one failed, 3 if that of one is not known, 4 if nothing was sent to any sensor.
    """
    with open_cli(common) as cli:
        lan = ThisPc(cli.context, targets=targets, broadcast=broadcast)
        entries = _read(cli, file, lan)
        _show(cli, entries)
        question = f"Set up {count(len(entries), 'sensor')}?"
        if not agreed(cli, entries, lan, question, outside=outside):
            return ExitCode.INTERRUPTED
        return run(cli, entries, lan, wait=wait, port=port)


def _read(cli: CliContext, file: str, lan: ThisPc) -> list[Entry]:
    """The list; each of its problems is printed on a line.

    Raises:
        ConfigError: it cannot be used.
    """
    try:
        return read_commissioning(expand_path(file), loopback=lan.simulated)
    except ImportProblems as error:
        for problem in error.problems:
            cli.out.note(problem)
        raise


def _show(cli: CliContext, entries: Sequence[Entry]) -> None:
    rows = [
        (
            f"MAC {entry.mac}" if entry.mac else f"serial {entry.serial}",
            entry.config.address,
            entry.config.mask,
            "-" if entry.config.gateway == NO_GATEWAY else entry.config.gateway,
            entry.name or "-",
            " ".join(f"@{tag}" for tag in entry.tags) or "-",
        )
        for entry in entries
    ]
    for line in table(_HEADERS, rows, columns=cli.out.columns, spare=("TAGS", "GATEWAY", "MASK")):
        cli.out.line(line)


def agreed(cli: CliContext, entries: Sequence[Entry], lan: ThisPc, question: str, *, outside: bool) -> bool:
    """Whether the operator agrees; twice where this PC may not reach one of the addresses.

    Raises:
        UsageError: there is no terminal to ask on, or the second yes is missing.
    """
    beyond = outside_of(entries, list(asyncio.run(lan.networks())))
    if not beyond or outside:
        return not cli.declined(question)
    for words in beyond:
        cli.out.note(words, "yellow")
    if cli.common.yes:
        raise UsageError(
            f"{beyond[0]} Nothing was done.", advice="Use --outside-subnet as well, if that is meant."
        )
    return not cli.declined(question, word="outside")


def run(cli: CliContext, entries: Sequence[Entry], lan: ThisPc, *, wait: float, port: int) -> int:
    """Set up sensors, and print what becomes of each."""
    cli.ask_passwords([_target(cli, entry, port) for entry in entries])

    def words(entry: Entry, _stage: AddressStage, text: str) -> None:
        cli.out.emit(Logged(ts=cli.now(), device=entry.label, level=Level.INFO, message=text))
        cli.out.note(f"{entry.label}: {text}")

    begun = cli.context.clock.monotonic()

    def done(result: Commissioned) -> None:
        _print(cli, result, cli.context.clock.monotonic() - begun)

    try:
        results = asyncio.run(
            set_up(cli.context, entries, lan, wait=wait, port=port, on_words=words, on_done=done)
        )
    except KeyboardInterrupt:
        return _interrupted(cli, entries)
    code = exit_code_of(results)
    cli.out.emit(
        CommissionSummary(
            ts=cli.now(),
            verdicts=dict(Counter(result.verdict.value for result in results)),
            exit_code=int(code),
        )
    )
    if len(results) > 1:
        good = sum(result.verdict is Verdict.SUCCEEDED for result in results)
        cli.out.note(f"{good} of {count(len(results), 'sensor')} set up.")
    return code


def exit_code_of(results: Sequence[Commissioned]) -> ExitCode:
    """The exit code of these results."""
    verdicts = {result.verdict for result in results}
    if Verdict.FAILED in verdicts:
        sent = any(result.sent or result.verdict is not Verdict.FAILED for result in results)
        return ExitCode.FAILED if sent else ExitCode.REFUSED
    return ExitCode.UNKNOWN if Verdict.UNKNOWN in verdicts else ExitCode.OK


def _target(cli: CliContext, entry: Entry, port: int) -> Target:
    settings = cli.context.settings
    place = address_of(entry.config.address, port)
    return resolve(Profile(name=entry.name or place, address=place), settings.device, settings.timing)


def _interrupted(cli: CliContext, entries: Sequence[Entry]) -> int:
    """After Ctrl-C: what was begun, and what to do."""
    labels = {entry.label for entry in entries}
    open_changes = [each for each in cli.context.address_changes.every() if each.device in labels]
    for change in open_changes:
        cli.out.note(f"{change.device}: {change.words}", "yellow")
    if not open_changes:
        cli.out.note("Interrupted. No sensor was asked to take an address.")
    return ExitCode.UNKNOWN if open_changes else ExitCode.INTERRUPTED


def _print(cli: CliContext, result: Commissioned, seconds: float) -> None:
    cli.out.emit(
        line_of(
            NetworkVerdict,
            cli.now(),
            result,
            device=result.entry.label,
            operation="commission",
            seconds=round(seconds, 1),
            address=result.place or None,
        )
    )
    cli.out.result(f"{result.entry.label}: {result.message}", result.advice, _STYLES.get(result.verdict))
