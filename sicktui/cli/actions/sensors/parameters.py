"""What ``sicktui get``, ``set`` and ``find-me`` do."""

import asyncio
from collections.abc import Sequence

from sicktui.cli.actions.backups.differences import difference_facts, difference_table
from sicktui.cli.actions.sensors.status import InOrder
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.parameters.compare import changes, leaves, shown
from sicktui.engine.parameters.plan import WritePlan
from sicktui.engine.parameters.write import (
    NotSaved,
    plan_write,
    read_parameter,
    write_parameter,
)
from sicktui.engine.parameters.write import (
    find_me as blink,
)
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.parameters import ParameterLine
from sicktui.model.lines.sensors import FindMeLine
from sicktui.sensor.errors import OutcomeUnknown


def get(common: Common, word: str, name: str) -> int:
    """Print one parameter. Returns 1 if the sensor does not return it."""
    with open_cli(common) as cli:
        target = cli.target(word)
        try:
            value = cli.read(read_parameter(cli.context, target, name))
        except UsageError:
            raise
        except SicktuiError as error:
            return cli.trouble(target, error)
        cli.out.emit(ParameterLine(ts=cli.now(), device=target.device, name=name, value=value))
        if isinstance(value, str):
            cli.out.line(value)
        else:
            found = leaves(name, value)
            cli.out.lines(
                shown(part) if len(found) == 1 else f"{path} = {shown(part)}" for path, part in found.items()
            )
        return ExitCode.OK


def write(common: Common, word: str, name: str, text: str, *, persist: bool, dry_run: bool = False) -> int:
    """Write one parameter; a dry run only shows what would change.

    Returns 1 if the sensor did not accept or not save it, 3 if that is unknown, 4 if it was refused before
    anything was written (a run or an update is under way, another sensor answers).
    """
    with open_cli(common) as cli:
        target = cli.target(word)
        if not dry_run:
            cli.ask_passwords([target])
        plan = cli.read(plan_write(cli.context, target, name, text))
        for warning in plan.warnings:
            cli.out.note(warning, "yellow")
        if dry_run:
            return _preview(cli, target, plan)
        if (plan.changes or persist) and cli.declined(_question(target, plan, persist=persist)):
            return ExitCode.INTERRUPTED
        try:
            written = asyncio.run(
                write_parameter(cli.context, target, name, plan.new, persist=persist, planned=plan)
            )
        except OutcomeUnknown as error:
            cli.trouble(target, error)
            return ExitCode.UNKNOWN
        except NotSaved as error:
            return cli.trouble(target, error)
        except SicktuiError as error:
            failed = cli.trouble(target, error)
            return ExitCode.REFUSED if error.code in (Code.BUSY, Code.OTHER_DEVICE) else failed
        cli.out.emit(
            ParameterLine(
                ts=cli.now(),
                device=target.device,
                name=name,
                value=written.new,
                old=written.old,
                changed=written.changed,
                persisted=written.persisted,
            )
        )
        cli.out.line(str(written))
        _print_saved(cli, written.persisted, changed=written.changed)
        return ExitCode.OK


def _preview(cli: CliContext, target: Target, plan: WritePlan) -> int:
    """Print the fields that the write would change."""
    found = changes(plan.name, plan.old, plan.new)
    difference_facts(cli, target.device, found)
    difference_table(cli, found, ("PARAMETER", "NOW", "NEW"))
    if not found:
        cli.out.note(f"Nothing changes: {plan.name} of {target.device} is already {shown(plan.old)}.")
    return ExitCode.OK


def _question(target: Target, plan: WritePlan, *, persist: bool) -> str:
    saved = " and save it" if persist else ""
    return f"Change {plan.name} of {target.device} from {shown(plan.old)} to {shown(plan.new)}{saved}?"


def _print_saved(cli: CliContext, persisted: bool | None, *, changed: bool) -> None:
    if persisted:
        cli.out.note("Saved: the value survives a power cycle.")
    elif persisted is False:
        cli.out.note("This sensor cannot save it: the value may be lost at the next power cycle.", "yellow")
    elif changed:
        cli.out.note("Not saved: the value may be lost at the next power cycle. Save it with --persist.")


def find_me(common: Common, words: Sequence[str], seconds: int) -> int:
    """Make sensors blink. Returns 1 if one of them does not."""
    with open_cli(common) as cli:
        targets = cli.targets(words)
        return max(asyncio.run(_blink(cli, targets, seconds)), default=ExitCode.OK)


async def _blink(cli: CliContext, targets: Sequence[Target], seconds: int) -> list[int]:
    rows: InOrder[str] = InOrder([target.device for target in targets])

    async def one(target: Target) -> int:
        code, row = ExitCode.OK, None
        try:
            await blink(cli.context, target, seconds)
        except SicktuiError as error:
            code = cli.trouble(target, error)
        else:
            cli.out.emit(FindMeLine(ts=cli.now(), device=target.device, seconds=seconds))
            row = f"{target.device} blinks for {seconds} s."
        cli.out.lines(rows.known(target.device, row))
        return code

    return list(await asyncio.gather(*(one(target) for target in targets)))
