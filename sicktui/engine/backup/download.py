"""Downloads the backup file that a sensor offers, until it is complete and does not change any more."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.waiting import Deadline
from sicktui.model.enums import STEPS, Code, Level, Step
from sicktui.sensor.api.transfers import Downloaded
from sicktui.sensor.errors import (
    AccessDenied,
    LocalFileError,
    OutOfConnections,
    SensorError,
    Unreachable,
)
from sicktui.stores.backups.content import inspect
from sicktui.stores.backups.store import MAX_BACKUP_BYTES

POLL: Final = 0.5
"""Seconds between two looks at a backup in the making, which takes a sensor about a second."""
_REENCRYPTED: Final = 3
"""Complete files of one length in a row that show that the sensor encrypts anew for each download."""
_LOOKS: Final = 3
"""Unchanged downloads after which a sensor that reports results will not offer another file."""
_MOST: Final = 10
"""Times ``backup_timeout`` that one download may take, however slow the link: 86 KB at 0.3 KB/s."""


def pause_of(job: Job) -> float:
    """Seconds between two looks at a backup in the making."""
    return min(POLL, job.timing.poll_interval)


class StableDownload:
    """Downloads one sensor's backup file.

    Args:
        job: the job.
        partial: the path that the file is written to.
    """

    def __init__(self, job: Job, partial: Path) -> None:
        self.partial = partial
        self._job = job

    async def once(self) -> Downloaded:
        """The file that the sensor offers now, complete or not.

        Raises:
            JobEnded: it comes so slowly that it might never end.
            SensorError: it cannot be downloaded.
        """
        limit = _MOST * self._job.timing.backup_timeout
        try:
            async with asyncio.timeout(limit):
                return await self._job.sensor.backups.download(self.partial, MAX_BACKUP_BYTES)
        except TimeoutError:
            raise JobEnded.failed(
                Code.BACKUP_FAILED,
                f"The download of the backup had not ended after {limit:g} s.",
                "Check the network to the sensor; timing.backup_timeout allows more time. Nothing was "
                "written to it.",
            ) from None

    async def until_stable(
        self,
        limit: float,
        *,
        suspicious: Callable[[Downloaded], bool],
        known: Callable[[Downloaded], Awaitable[object]],
    ) -> Downloaded:
        """Download until two files in a row are the same: then the sensor does not write it any more.

        A file from before the trigger is downloaded again for as long as another may come: up to the limit,
        or a few times more where the sensor has reported the end. Where it has, files that differ every
        time but are always complete and equally long count as encrypted anew for each download.

        Args:
            limit: seconds.
            suspicious: whether a file may be the one from before the trigger.
            known: finds the stored backup that such a file is, if waiting for another is needless.

        Raises:
            JobEnded: no complete file came, or it never became stable.
            SensorError: the sensor is gone, or refuses the file.
        """
        deadline = Deadline(self._job.clock, limit)
        last: Downloaded | None = None
        looks = equally_long = 0
        while True:
            over = deadline.over
            try:
                file = await self._complete()
            except _Incomplete as error:
                trouble, last, equally_long = str(error), None, 0
            else:
                trouble = "The file changes with every download."
                equally_long = equally_long + 1 if last is None or last.size == file.size else 1
                if last is not None and file.sha256 == last.sha256:
                    looks += 1
                    waited = over or (self._reports_result and looks >= _LOOKS)
                    if waited or not suspicious(file) or (looks == 1 and await known(file)):
                        return file
                elif equally_long >= _REENCRYPTED and self._reports_result:
                    await self._warn_about_encryption()
                    return file
                last = file
            if over:
                raise self._never_stable(trouble)
            await self._job.clock.sleep(pause_of(self._job))

    async def _complete(self) -> Downloaded:
        try:
            file = await self.once()
        except (Unreachable, AccessDenied, OutOfConnections, LocalFileError):
            raise
        except SensorError as error:
            raise _Incomplete(error.message) from error  # not there yet, or not complete yet
        # Before an update, creating and downloading are one step.
        step = Step.DOWNLOAD if Step.DOWNLOAD in STEPS[self._job.spec.operation] else Step.BACKUP
        self._job.record.progress(step, file.size, file.size)
        trouble = inspect(self.partial).trouble
        if trouble:
            raise _Incomplete(f"The sensor returned {trouble}.")
        return file

    @property
    def _reports_result(self) -> bool:
        """Whether the sensor reports the end of a backup."""
        return "CreateParameterBackupResult" in self._job.sensor.capabilities.present

    async def _warn_about_encryption(self) -> None:
        await self._job.record.log(
            Level.WARNING,
            "The file differs on every download, probably because it is encrypted anew each time. That it is "
            "complete and current rests on CreateParameterBackupResult alone.",
        )

    def _never_stable(self, trouble: str) -> JobEnded:
        return JobEnded.failed(
            Code.BACKUP_FAILED,
            f"No complete backup came within {self._job.timing.backup_timeout:g} s: {trouble}",
            "Try again; timing.backup_timeout allows more time. Nothing was written to the sensor.",
        )


class _Incomplete(Exception):
    """A file that is not there yet, or not complete."""
