"""After an update: are the parameters what they were? What was lost is named, never restored by itself."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct, structs

from sicktui.engine.job.job import Job
from sicktui.engine.parameters.agreement import Agreement, agreement
from sicktui.engine.parameters.compare import Comparison, Difference, changes, compare, named, recorded
from sicktui.engine.parameters.snapshot import read_checksum, read_variables, same_to_the_end
from sicktui.engine.update.checks.again import compared_names, snapshot_of_run
from sicktui.model.device import Identity
from sicktui.model.enums import Level
from sicktui.model.errors import SicktuiError
from sicktui.model.snapshot import Snapshot
from sicktui.stores.backups.content import inspect

_MOST: Final = 8
"""Differences that a verdict names."""
_log = logging.getLogger(__name__)


class ParameterCheck(Struct, frozen=True, kw_only=True):
    """What came of the comparison."""

    words: str = ""
    """For the verdict."""
    before: Mapping[str, Any] = {}
    """The parameters that were read before the update."""
    after: Mapping[str, Any] = {}
    """The same variables after it."""


class _Rest(NamedTuple):
    """What differs of the parameters that the run has not read before."""

    words: str = ""
    asked: bool = False
    """Whether the sensor was asked for anything."""
    compared: int = 0
    changed: tuple[Difference, ...] = ()
    """As far as the value before is known."""


async def check_parameters(
    job: Job,
    before: Identity,
    backup: str | None,
    *,
    read: Mapping[str, object] | None = None,
    checksum: str | None = None,
) -> ParameterCheck:
    """Compare with the snapshot that this run took with its backup.

    An update that is proven stays so, whatever is found here: trouble is only reported.

    Args:
        job: the job; its sensor runs the new firmware.
        before: who the sensor was.
        backup: the id of the backup from before, to be offered.
        read: parameters that were read since the update, before the look that its verdict rests on.
        checksum: ``MD5Parameters`` as that look has read it.
    """
    try:
        taken = await snapshot_of_run(job, before)
        if taken is None:
            return ParameterCheck()
        # A sensor that has just booted may still be loading: what differs is read once more.
        kept = {
            name: value
            for name, value in (read or {}).items()
            if name in taken.values and not changes(name, taken.values[name], value)
        }
        after = await _read_again(job, taken, known=kept, checksum=checksum)
        rest = _Rest() if job.control.waiting else await _rest(job, before, taken, after, backup)
        if rest.asked or kept.keys() != set(compared_names(taken)):
            await same_to_the_end(job.sensor, before, updated=True)
    except SicktuiError as error:
        await job.record.log(
            Level.WARNING, f"The parameters could not be compared with those before: {error.message}"
        )
        return ParameterCheck(
            words="The parameters could not be compared with those before the update; 'sicktui diff' "
            "compares them."
        )
    words = await _words(job, taken, after, rest, backup)
    return ParameterCheck(words=words, before=taken.values, after=after.values)


async def _words(job: Job, taken: Snapshot, after: Snapshot, rest: _Rest, backup: str | None) -> str:
    drift = compare(taken, after)
    changed = [recorded(difference) for difference in (*drift.settings, *rest.changed)]
    await job.record.compared(drift.compared + rest.compared, changed)
    if drift.settings or rest.words:
        return _offer(job, drift, rest.words, backup)
    if drift.checksum == "different":
        await job.record.log(
            Level.INFO,
            f"Of {drift.compared} parameters compared none has changed, but the sensor's own checksum of all "
            "(MD5Parameters) has: new firmware often brings new parameters. 'sicktui diff' reads them all.",
        )
    return ""


async def _rest(job: Job, before: Identity, taken: Snapshot, after: Snapshot, backup: str | None) -> _Rest:
    """What differs of the parameters that the run has not read before. It takes up to 20 s.

    An earlier snapshot shows only what was saved. Where ``MD5Parameters`` is what it was, all of that is too.
    """
    file = await _other_than_in_the_file(job, taken, backup) if backup else Agreement()
    if file.differing:
        return _Rest(f"Other than in the backup: {'; '.join(file.differing[:_MOST])}.", asked=True)
    saved_alike = taken.parameters_md5 is not None and taken.parameters_md5 == after.parameters_md5
    rest = _Rest() if saved_alike else await _other_than_earlier(job, before, taken)
    return rest._replace(asked=rest.asked or file.asked)


async def _other_than_in_the_file(job: Job, taken: Snapshot, backup: str) -> Agreement:
    """What the backup's own file names, if it is JSON."""
    file = await asyncio.to_thread(lambda: job.backups.path(job.backups.get(backup)))
    try:
        if (await asyncio.to_thread(inspect, file)).kind != "json":
            return Agreement()
        return await agreement(job.sensor, taken.name, file, known=taken.values)
    except OSError as error:
        _log.warning("A backup cannot be compared with: %s", error)
        return Agreement()


async def _other_than_earlier(job: Job, before: Identity, taken: Snapshot) -> _Rest:
    """What only an earlier full snapshot has.

    As long as ``MD5Parameters`` was the same until the update, the same parameters were saved.
    """
    kept = await asyncio.to_thread(job.snapshots.list, before.key_for(job.target.device))
    whole = next((one for one in kept if one.scope == "full" and _saved_alike(one, taken)), None)
    if whole is None:
        return _Rest()
    values = {name: value for name, value in whole.values.items() if name not in taken.values}
    rest = structs.replace(whole, values=values, parameters_md5=None)
    drift = compare(rest, await _read_again(job, rest))
    words = f"Other than on {whole.taken[:10]}: {named(drift.settings)}." if drift.settings else ""
    return _Rest(words, asked=True, compared=drift.compared, changed=drift.settings)


def _saved_alike(one: Snapshot, other: Snapshot) -> bool:
    same = one.parameters_md5 is not None and one.parameters_md5 == other.parameters_md5
    return same and one.version == other.version


async def _read_again(
    job: Job, taken: Snapshot, *, known: Mapping[str, object] | None = None, checksum: str | None = None
) -> Snapshot:
    """The same variables as they are now.

    Also where the checksum is what it was: it covers what is saved, and a reboot loses what was not.

    Args:
        job: the job.
        taken: the variables, and their values before.
        known: those that were read since the update.
        checksum: ``MD5Parameters`` of now, where it was read just now.
    """
    found = dict(known or {})
    if taken.parameters_md5 and checksum is None:
        checksum = await read_checksum(job.sensor, taken.name)
    names = [name for name in compared_names(taken) if name not in found]
    values, unreadable = await read_variables(job.sensor, names, tolerant=True)
    return structs.replace(
        taken,
        values=found | values,
        unreadable=taken.unreadable | unreadable,
        parameters_md5=checksum if taken.parameters_md5 else None,
    )


def _offer(job: Job, drift: Comparison, rest: str, backup: str | None) -> str:
    changed = f"Parameters changed during the update: {named(drift.settings)}." if drift.settings else ""
    words = f"{changed} {rest}".strip()
    if backup:
        words += f" To restore them: sicktui restore {job.target.device} --backup {backup}"
    return words
