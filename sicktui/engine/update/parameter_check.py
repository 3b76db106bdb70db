"""After an update: are the parameters what they were? What was lost is named, never restored by itself."""

import asyncio
import logging

from msgspec import structs

from sicktui.engine.job.job import Job
from sicktui.engine.parameters.compare import Comparison, compare, named
from sicktui.engine.parameters.snapshot import read_checksum, read_variables
from sicktui.engine.parameters.variables import NETWORK
from sicktui.model.device import Identity
from sicktui.model.enums import Level
from sicktui.model.errors import SicktuiError
from sicktui.model.snapshot import Snapshot

_log = logging.getLogger(__name__)


async def what_was_lost(job: Job, before: Identity, backup: str | None) -> str:
    """Compare with the snapshot that this run took with its backup. Words for the verdict, or nothing.

    An update that is proven stays so, whatever is found here: trouble is only reported.

    Args:
        job: the job; its sensor runs the new firmware.
        before: who the sensor was.
        backup: the id of the backup from before, to be offered.
    """
    try:
        taken = await asyncio.to_thread(_snapshot_of_run, job, before)
        if taken is None:
            return ""
        after = await _read_again(job, taken)
    except SicktuiError as error:
        await job.record.log(
            Level.WARNING, f"The parameters could not be compared with those before: {error.message}"
        )
        return (
            "The parameters could not be compared with those before the update; 'sicktui diff' compares them."
        )
    drift = compare(taken, after)
    if drift.settings:
        return _offer(job, drift, backup)
    if drift.checksum == "different":
        await job.record.log(
            Level.INFO,
            f"Of {drift.compared} parameters compared none has changed, but the sensor's own checksum of all "
            "(MD5Parameters) has: new firmware often brings new parameters. 'sicktui diff' reads them all.",
        )
    return ""


def _snapshot_of_run(job: Job, before: Identity) -> Snapshot | None:
    key = before.key_for(job.target.device)
    taken = [kept for kept in job.snapshots.list(key) if kept.run == job.spec.run]
    return taken[-1] if taken else None


async def _read_again(job: Job, taken: Snapshot) -> Snapshot:
    """The same variables as they are now.

    Also where the checksum is what it was: it covers what is saved, and a reboot loses what was not.
    """
    checksum = await read_checksum(job.sensor, taken.name) if taken.parameters_md5 else None
    # The network is left out: the sensor has just been found at its address.
    names = [name for name in taken.values if name not in NETWORK]
    values, unreadable = await read_variables(job.sensor, names, tolerant=True)
    return structs.replace(
        taken, values=values, unreadable=taken.unreadable | unreadable, parameters_md5=checksum
    )


def _offer(job: Job, drift: Comparison, backup: str | None) -> str:
    words = f"Parameters changed during the update: {named(drift.settings)}."
    if backup:
        words += f" To restore them: sicktui restore {job.target.device} --backup {backup}"
    return words
