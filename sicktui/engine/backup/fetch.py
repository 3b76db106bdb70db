"""Fetches a backup file that is complete, and that the sensor has written for this request."""

from typing import Final

from msgspec import Struct

from sicktui.engine.backup.age import Decision, Seen, decide
from sicktui.engine.backup.create import Creation
from sicktui.engine.backup.download import StableDownload
from sicktui.engine.backup.freshness import Freshness, Unchanged
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.model.enums import Code, Level
from sicktui.sensor.api.transfers import Downloaded
from sicktui.stores.backups.store import Age


class Fetched(Struct, frozen=True, kw_only=True):
    """A backup file that is complete and current."""

    file: Downloaded
    unchanged: Unchanged | None = None
    """The stored backup that it is, where the parameters have not changed since."""
    age: Age = "written"
    """How sure it is that the file is of this moment."""


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
        return await download.until_stable(limit, suspicious=creation.before.may_be, known=freshness.needless)

    timeout = job.timing.backup_timeout
    file = await stable(timeout if creation.before.nothing else timeout / 2)
    seen = await freshness.compare(file, 1)
    decision = decide(seen)
    if decision is Decision.AGAIN:
        await job.record.log(
            Level.INFO, "The sensor offers the same file as before the trigger. Triggering the backup again."
        )
        await creation.repeat(file)
        file = await stable(timeout / 2)
        seen = await freshness.compare(file, 2)
        decision = decide(seen)
    if decision is Decision.OLD:
        raise _old(seen)
    if decision is Decision.ASSUMED:
        await job.record.log(
            Level.WARNING,
            "The sensor offers the same file as before the trigger, and nothing in it can be compared: that "
            "it is of this moment rests on the sensor's word.",
        )
    age = _AGES[decision]
    unchanged = await freshness.unchanged(file) if decision is Decision.COMPARED else None
    return Fetched(file=file, unchanged=unchanged, age=age)


_AGES: Final[dict[Decision, Age]] = {
    Decision.WRITTEN: "written",
    Decision.COMPARED: "compared",
    Decision.ASSUMED: "assumed",
}


def _old(seen: Seen) -> JobEnded:
    differing = "; ".join(seen.differing[:3]) or "MD5Parameters has changed since it was stored"
    return JobEnded.failed(
        Code.BACKUP_FAILED,
        f"The sensor reported a new backup but returned the old file twice ({differing}).",
        "Restart the sensor, then try again. Nothing was written to it.",
    )
