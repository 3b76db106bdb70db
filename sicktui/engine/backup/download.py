"""Downloads the backup file that a sensor offers. The machine decides how often, and which one counts."""

import asyncio
from pathlib import Path
from typing import Final

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.model.enums import STEPS, Code, Step
from sicktui.sensor.api.transfers import Downloaded
from sicktui.sensor.errors import AccessDenied, LocalFileError, OutOfConnections, SensorError, Unreachable
from sicktui.stores.backups.content import inspect
from sicktui.stores.backups.store import MAX_BACKUP_BYTES

_MOST: Final = 10
"""Times ``backup_timeout`` that one download may take, however slow the link: 86 KB at 0.3 KB/s."""


async def download(job: Job, to: Path) -> Downloaded:
    """The file that the sensor offers now, complete or not.

    Args:
        job: the job.
        to: the path that the file is written to.

    Raises:
        JobEnded: it comes so slowly that it might never end.
        SensorError: it cannot be downloaded.
    """
    limit = _MOST * job.timing.backup_timeout
    try:
        async with asyncio.timeout(limit):
            return await job.sensor.backups.download(to, MAX_BACKUP_BYTES)
    except TimeoutError:
        raise JobEnded.failed(
            Code.BACKUP_FAILED,
            f"The download of the backup had not ended after {limit:g} s.",
            "Check the network to the sensor; timing.backup_timeout allows more time. Nothing was "
            "written to it.",
        ) from None


async def download_whole(job: Job, to: Path) -> Downloaded | str:
    """The file, or why there is no complete one yet.

    Args:
        job: the job.
        to: the path that the file is written to.

    Raises:
        JobEnded: it comes so slowly that it might never end.
        SensorError: the sensor is gone, or refuses the file.
    """
    try:
        file = await download(job, to)
    except (Unreachable, AccessDenied, OutOfConnections, LocalFileError):
        raise
    except SensorError as error:
        return error.message
    # Before an update, creating and downloading are one step.
    step = Step.DOWNLOAD if Step.DOWNLOAD in STEPS[job.spec.operation] else Step.BACKUP
    job.record.progress(step, file.size, file.size)
    trouble = inspect(to).trouble
    return f"The sensor returned {trouble}." if trouble else file
