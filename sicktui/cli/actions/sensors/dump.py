"""What ``sicktui dump`` does."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.steps import Steps
from sicktui.engine.dump import Dump, DumpStage, take_dump
from sicktui.model.device import Target
from sicktui.model.enums import Step
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.sensors import DumpLine
from sicktui.model.run.event import Progressed
from sicktui.model.wording import count, size
from sicktui.stores.disk.files import display_path, expand_path

_PROGRESS_INTERVAL: Final = 0.25
"""Seconds between two lines of progress of one device (the contract: at most four a second)."""
_WORDS: Final[dict[DumpStage, str]] = {
    "create": "creating the file",
    "download": "downloading",
    "store": "storing",
}


def dump(common: Common, words: Sequence[str], output: str | None) -> int:
    """Fetch diagnosis files. Returns 1 if one could not be fetched."""
    with open_cli(common) as cli:
        targets = cli.targets(words)
        folder = expand_path(output).absolute() if output else cli.context.home.dumps
        cli.ask_passwords(targets)
        troubles = asyncio.run(_dump_each(cli, targets, folder))
        found = [error for error in troubles if error is not None]
        if not found:
            return ExitCode.OK
        first = found[0]
        if len(targets) > 1:
            message = f"{len(found)} of {count(len(targets), 'diagnosis file')} could not be fetched."
            cli.out.note(message)
            first = SicktuiError(message, advice=first.advice, code=first.code)
        return cli.end(first, ExitCode.FAILED)


async def _dump_each(
    cli: CliContext, targets: Sequence[Target], folder: Path
) -> Sequence[SicktuiError | None]:
    gate = asyncio.Semaphore(cli.context.settings.limits.jobs)

    async def one(target: Target) -> SicktuiError | None:
        async with gate:
            try:
                taken = await _take(cli, target, folder)
            except SicktuiError as error:
                cli.trouble(target, error)
                return error
        _print(cli, target, taken)
        return None

    return await asyncio.gather(*(one(target) for target in targets))


async def _take(cli: CliContext, target: Target, folder: Path) -> Dump:
    """Fetch one device's file, and show how far that is."""
    steps = Steps(cli, target.device)
    shown = float("-inf")

    def moved(sent: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if sent == total or now - shown >= _PROGRESS_INTERVAL:
            shown = now
            cli.out.emit(
                Progressed(ts=cli.now(), device=target.device, step=Step.DOWNLOAD, sent=sent, total=total)
            )

    def begun(stage: DumpStage) -> None:
        steps.begun(stage, _WORDS[stage])

    try:
        taken = await take_dump(cli.context, target, folder, on_stage=begun, on_bytes=moved)
    except SicktuiError:
        steps.ended("failed")
        raise
    steps.ended("done")
    return taken


def _print(cli: CliContext, target: Target, taken: Dump) -> None:
    record = taken.record
    cli.out.emit(
        DumpLine(
            ts=cli.now(),
            device=target.device,
            file=str(taken.path),
            bytes=record.bytes,
            sha256=record.sha256,
            serial=record.identity.serial,
            version=record.identity.version,
            fresh=record.fresh,
        )
    )
    cli.out.line(f"{target.device}: {display_path(taken.path)} ({size(record.bytes)})")
    if not record.fresh:
        cli.out.note(
            f"{target.device}: the sensor does not show that this file is new. It may be an earlier one.",
            "yellow",
        )
