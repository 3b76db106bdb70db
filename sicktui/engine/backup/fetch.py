"""Fetches a backup file that is complete, and that the sensor has written for this request."""

from msgspec import Struct

from sicktui.engine.backup.create import Creation
from sicktui.engine.backup.download import StableDownload
from sicktui.engine.backup.freshness import Freshness, Unchanged
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.model.enums import Code, Level
from sicktui.sensor.api.transfers import Downloaded


class Fetched(Struct, frozen=True, kw_only=True):
    """A backup file that is complete and current."""

    file: Downloaded
    unchanged: Unchanged | None = None
    """The stored backup that it is, where the parameters have not changed since."""


async def fetch_backup(
    job: Job, creation: Creation, download: StableDownload, freshness: Freshness
) -> Fetched:
    """Fetch the file until it is complete, stable, and not the one from before.

    Args:
        job: the job.
        creation: has triggered the backup.
        download: fetches what the sensor offers.
        freshness: judges whether that is current.

    Raises:
        JobEnded: no such file came.
        SensorError: the sensor is gone, or refuses the file.
    """
    fetched = await _fetch(job, creation, download, freshness)
    await creation.check_unchanged()
    return fetched


async def _fetch(job: Job, creation: Creation, download: StableDownload, freshness: Freshness) -> Fetched:
    async def stable(limit: float) -> Downloaded:
        return await download.until_stable(
            limit, suspicious=creation.before.may_be, known=freshness.unchanged
        )

    timeout = job.timing.backup_timeout
    first = await stable(timeout if creation.before.nothing else timeout / 2)
    if not creation.before.may_be(first):
        return Fetched(file=first)
    unchanged = await freshness.unchanged(first)
    if unchanged is not None:
        return Fetched(file=first, unchanged=unchanged)
    if await freshness.agrees(first):
        return Fetched(file=first, unchanged=await freshness.unchanged(first, readable=True))
    await job.record.log(
        Level.INFO, "The sensor offers the same file as before the trigger. Triggering the backup again."
    )
    await creation.repeat(first)
    second = await stable(timeout / 2)
    if not creation.before.may_be(second):
        return Fetched(file=second)
    unchanged = await freshness.unchanged(second, readable=not freshness.differing)
    if unchanged is not None:
        return Fetched(file=second, unchanged=unchanged)
    differing = "; ".join(freshness.differing[:3])
    raise JobEnded.failed(
        Code.BACKUP_FAILED,
        "The sensor reported a new backup but returned the old file twice"
        f"{f' ({differing})' if differing else ''}.",
        "Restart the sensor, then try again. Nothing was written to it.",
    )
