"""What ``sicktui dump`` does."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sicktui.cli.actions.sensors.parameters import print_error
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.dump import Dump, Stage, take_dump
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count, size
from sicktui.stores.disk.files import display_path, expand_path

_PROGRESS_INTERVAL: Final = 0.25
"""Seconds between two lines of progress of one device (the contract: at most four a second)."""
_WORDS: Final[dict[Stage, str]] = {
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
        message = f"{len(found)} of {count(len(targets), 'diagnosis file')} could not be fetched."
        cli.out.fact(
            "error",
            cli.now(),
            code=found[0].code.value if found[0].code else None,
            message=message if len(targets) > 1 else found[0].message,
            advice=found[0].advice,
            exit_code=int(ExitCode.FAILED),
        )
        if len(targets) > 1:
            cli.out.note(message)
        return ExitCode.FAILED


async def _dump_each(
    cli: CliContext, targets: Sequence[Target], folder: Path
) -> Sequence[SicktuiError | None]:
    gate = asyncio.Semaphore(cli.context.settings.limits.jobs)

    async def one(target: Target) -> SicktuiError | None:
        async with gate:
            try:
                taken = await _Shown(cli, target).take(folder)
            except SicktuiError as error:
                print_error(cli, target, error)
                return error
        _print(cli, target, taken)
        return None

    return await asyncio.gather(*(one(target) for target in targets))


class _Shown:
    """One device's file, its progress shown."""

    def __init__(self, cli: CliContext, target: Target) -> None:
        self._cli = cli
        self._target = target
        self._stage: Stage | None = None
        self._shown = float("-inf")

    async def take(self, folder: Path) -> Dump:
        try:
            taken = await take_dump(
                self._cli.context, self._target, folder, on_stage=self._begun, on_bytes=self._moved
            )
        except SicktuiError:
            self._end("failed")
            raise
        self._end("done")
        return taken

    def _begun(self, stage: Stage) -> None:
        self._end("done")
        self._stage = stage
        self._step("started")
        self._cli.out.note(f"{self._target.device}: {_WORDS[stage]}")

    def _end(self, state: str) -> None:
        if self._stage is not None:
            self._step(state)

    def _step(self, state: str) -> None:
        self._cli.out.fact(
            "step", self._cli.now(), device=self._target.device, step=self._stage, state=state, detail=""
        )

    def _moved(self, sent: int, total: int) -> None:
        now = time.monotonic()
        if sent == total or now - self._shown >= _PROGRESS_INTERVAL:
            self._shown = now
            self._cli.out.fact(
                "progress",
                self._cli.now(),
                device=self._target.device,
                step="download",
                sent=sent,
                total=total,
            )


def _print(cli: CliContext, target: Target, taken: Dump) -> None:
    record = taken.record
    cli.out.fact(
        "dump",
        cli.now(),
        device=target.device,
        file=str(taken.path),
        bytes=record.bytes,
        sha256=record.sha256,
        serial=record.identity.serial,
        version=record.identity.version,
        fresh=record.fresh,
    )
    cli.out.line(f"{target.device}: {display_path(taken.path)} ({size(record.bytes)})")
    if not record.fresh:
        cli.out.note(
            f"{target.device}: the sensor does not show that this file is new. It may be an earlier one.",
            "yellow",
        )
