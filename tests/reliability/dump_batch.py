"""Takes the diagnosis files of many simulated sensors at once, and looks at what is kept of each."""

import asyncio
import zipfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.dump import take_dump
from sicktui.model.clock import timestamp
from sicktui.model.device import Target
from sicktui.model.enums import Operation, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import VerdictReached
from tests.reliability.batch import Batch
from tests.reliability.case import Case, Result, State
from tests.reliability.operations import targets


def batch_of(cases: Sequence[Case], folder: Path) -> Batch:
    """The batch that runs these cases."""
    return (DumpBatch if cases[0].dump else Batch)(cases, folder)


class DumpBatch(Batch):
    """One batch of cases of a diagnosis file. Its verdict is what the command ends with."""

    async def _strike(self, context: Context) -> list[Result]:
        chosen = targets(context, self.devices)
        results = await asyncio.gather(*(self._take(context, target) for target in chosen))
        return [
            self._result(case, address, (verdict,), look)
            for case, address, (verdict, look) in zip(self._cases, self.devices, results, strict=True)
        ]

    async def _take(self, context: Context, target: Target) -> tuple[VerdictReached, State]:
        started, folder = context.clock.monotonic(), self._kept(target.device)
        verdict, code, message, advice = Verdict.SUCCEEDED, None, "The file is stored.", ""
        try:
            await take_dump(context, target, folder, on_stage=lambda _: None, on_bytes=lambda *_: None)
        except SicktuiError as error:
            verdict, code, message, advice = Verdict.FAILED, error.code, error.message, error.advice
        return VerdictReached(
            ts=timestamp(context.clock.now()),
            run="",
            device=target.device,
            operation=Operation.BACKUP,
            verdict=verdict,
            code=code,
            message=message,
            advice=advice,
            seconds=context.clock.monotonic() - started,
        ), self.look(target.device)

    def _kept(self, address: str) -> Path:
        return self._folder / "files" / address.replace(":", "-")

    def look(self, address: str) -> State:
        """What the sensor is, and whether exactly one whole file of it is kept."""
        state, folder = super().look(address), self._kept(address)
        kept = sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []
        whole = kept == [".json", ".zip"] and self._is_of(address, next(folder.glob("*.zip")))
        return structs.replace(state, stored=whole, unchanged=not kept)

    def _is_of(self, address: str, path: Path) -> bool:
        with zipfile.ZipFile(path) as archive:
            serial = self._born[address].serial
            return archive.testzip() is None and serial.encode() in archive.read("readme.txt")
