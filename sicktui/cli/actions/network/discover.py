"""What ``sicktui discover`` does: searches for sensors, prints them, and takes them into the list."""

import sys
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

from msgspec import Struct, structs

from sicktui.cli.actions.sensors.devices import device_fact
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import indented, table
from sicktui.engine.discovery.keep import add, can_add, follow_moved
from sicktui.engine.discovery.search import (
    ASK_FROM,
    Progress,
    SearchRequest,
    failure_of,
    longest_sweep,
    ports_of,
    request_of,
    search,
)
from sicktui.model.device import Profile
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.network import FoundLine, SearchSummary
from sicktui.model.search.records import Found, Problem
from sicktui.model.search.summary import counts, why_nothing
from sicktui.model.search.words import state_of
from sicktui.model.wording import count, duration, names
from sicktui.stores.config.device_rules import check_profile

HEADERS: Final = ("ADDRESS", "MODEL", "SERIAL", "VERSION", "NAME", "DEVICE", "STATE")
SPARE: Final = ("VERSION", "NAME", "MODEL")
"""Columns that a narrow terminal leaves out, the first one first."""
_COLOURS: Final = {
    Problem.MOVED: "yellow",
    Problem.OTHER_SUBNET: "yellow",
    Problem.ADDRESS_CONFLICT: "red",
    Problem.OTHER_SENSOR: "red",
    Problem.NO_REST_API: "yellow",
}


class Options(Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    cidrs: tuple[str, ...]
    ports: tuple[int, ...]
    targets: tuple[str, ...]
    broadcast: bool
    add: bool
    tags: tuple[str, ...]
    follow_moved: bool


def discover(common: Common, options: Options) -> int:
    """Search. Returns 1 if nothing could be asked."""
    with open_cli(common) as cli:
        request = request_of(options.cidrs, options.ports, options.targets, broadcast=options.broadcast)
        request.check()
        check_profile(Profile(name="new", address="127.0.0.1", tags=options.tags))
        if _is_large(cli, request):
            return ExitCode.INTERRUPTED
        over = cli.read(_search(cli, request))
        added, followed = _print(cli, over, options)
        failure = failure_of(request, over)
        code = ExitCode.OK if failure is None else ExitCode.FAILED
        cli.out.emit(
            SearchSummary(
                ts=cli.now(),
                **structs.asdict(counts(over.found, over.seen)),
                added=added,
                followed=followed,
                exit_code=int(code),
            )
        )
        if failure is not None:
            cli.out.note(f"Error: {failure}", "red")
            return cli.end(failure, code)
        _print_end(cli, request, over, adding=options.add)
        return code


def _print(cli: CliContext, over: Progress, options: Options) -> tuple[list[str], list[str]]:
    """Print what was found, and take it into the list. Returns the names added and followed."""
    for each in over.found:
        cli.out.emit(line_of(FoundLine, cli.now(), each))
    _print_table(cli, over.found)
    for remark in over.remarks:
        cli.out.note(f"Note: {remark.message} {remark.advice}".strip(), "yellow")
    return _keep(cli, over.found, options)


def _is_large(cli: CliContext, request: SearchRequest) -> bool:
    """Whether a sweep is too large to begin without a yes, and there was none."""
    swept = request.swept(ports_of(cli.context, request))
    if swept <= ASK_FROM:
        return False
    longest = longest_sweep(cli.context, request)
    return cli.declined(f"Ask {swept} addresses? That takes up to {duration(longest)}.")


async def _search(cli: CliContext, request: SearchRequest) -> Progress:
    wait = cli.context.settings.discovery.wait
    if not cli.out.overwrites:
        cli.out.note("Searching...")
    last: Progress | None = None
    try:
        async with aclosing(search(cli.context, request)) as reports:
            async for last in reports:
                cli.out.overwrite("" if last.done else _how_far(last, wait))
    finally:
        cli.out.overwrite("")
    if last is None:
        raise AssertionError("a search reports at least its end")
    return last


def _how_far(progress: Progress, wait: float) -> str:
    seen = progress.seen
    began = f"Searching {seen.seconds:.0f} s"
    parts = [f"{began} of {wait:g} s" if seen.seconds <= wait else began, f"{len(progress.found)} found"]
    if seen.total:
        parts.append(f"{min(seen.probed, seen.total)} of {seen.total} addresses asked")
    return ", ".join(parts)


def _print_table(cli: CliContext, found: Sequence[Found]) -> None:
    if not found:
        return
    rows = [
        (
            each.address,
            each.model or "-",
            each.serial or each.mac or "-",
            each.version or "-",
            each.name or "-",
            each.device or "-",
            state_of(each),
        )
        for each in found
    ]
    lines = table(HEADERS, rows, columns=cli.out.wrap, spare=SPARE)
    cli.out.line(lines[0], bold=True)
    for line, each in zip(lines[1:], found, strict=True):
        colour = _COLOURS.get(each.problem) if each.problem else None
        cli.out.line(line, colour or ("green" if can_add(each) else None))
    for each in found:
        if each.message:
            head = f"{each.address} {each.serial or each.mac or ''}".strip()
            for text, first in ((f"{head}: {each.message}", ""), (each.advice, "  -> ")):
                if text:
                    cli.out.lines(
                        [f"{first}{text}"]
                        if cli.out.wrap is None
                        else indented(text, columns=cli.out.columns, first=first, rest="     ")
                    )


def _keep(cli: CliContext, found: Sequence[Found], options: Options) -> tuple[list[str], list[str]]:
    """Add what is new and follow what has moved, as far as it was asked for. Returns the names."""
    followed = follow_moved(cli.context, found) if options.follow_moved else []
    for each in followed:
        device_fact(cli, each.profile)
        cli.out.line(f"{each.profile.name}: address changed from {each.before} to {each.profile.address}.")
        if not each.password_kept:
            cli.out.note(f"Store its password again with 'sicktui login {each.profile.name}'.", "yellow")
    added = add(cli.context, found, tags=options.tags) if options.add else []
    for profile in added:
        device_fact(cli, profile)
    if options.add:
        told = f": {names([profile.name for profile in added])}" if added else ""
        cli.out.line(f"Added {count(len(added), 'device')}{told}.")
    return [profile.name for profile in added], [each.profile.name for each in followed]


def _print_end(cli: CliContext, request: SearchRequest, over: Progress, *, adding: bool) -> None:
    numbers = counts(over.found, over.seen)
    cli.out.note(
        f"Found {count(numbers.found, 'sensor')}: {numbers.new} new, {numbers.moved} moved. "
        f"Asked {count(numbers.probed, 'address', 'addresses')} over REST."
    )
    addable = sum(can_add(each) for each in over.found)
    if addable and not adding:
        cli.out.note(f"Add {'it' if addable == 1 else f'the {addable} that are confirmed'} with --add.")
    if over.found:
        return
    cli.out.note("Why nothing may have been found, and what to try:")
    for reason, advice in why_nothing(
        over.seen,
        broadcast=request.broadcast,
        swept=bool(request.networks or request.targets),
        windows=sys.platform == "win32",
    ):
        cli.out.note(f"- {reason}")
        cli.out.note(f"  -> {advice}")
