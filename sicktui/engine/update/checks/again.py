"""Reads the parameters of before an update again while the sensor settles, so that no verdict waits for them.

The look that ends settle shows that they are of the sensor and of the boot that the verdict is about. What
could not be read by then, or is another than before, is read after it.
"""

import asyncio

from sicktui.engine.job.job import Job
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.engine.parameters.variables import NETWORK
from sicktui.model.device import Identity
from sicktui.model.errors import SicktuiError
from sicktui.model.snapshot import Snapshot
from sicktui.model.update.evidence import Evidence
from sicktui.sensor.errors import SensorError


class ParametersAgain:
    """The parameters of one sensor after its update.

    Args:
        job: its job.
    """

    def __init__(self, job: Job) -> None:
        self.values: dict[str, object] = {}
        """What was read since the sensor was found well; nothing else has been found since."""
        self._job = job
        self._names: list[str] | None = None
        self._since: float | None = None

    async def use(self, evidence: Evidence, before: Identity, until: float) -> None:
        """Read on until a moment; trouble ends it, and the next look meets the same.

        Args:
            evidence: what is known of the update.
            before: who the sensor was.
            until: when the next look is due, on the job's clock.
        """
        job = self._job
        if evidence.well_since != self._since:
            self.values, self._since = {}, evidence.well_since
        if self._since is None or not job.spec.options.backup:
            return
        if self._names is None:
            self._names = await self._wanted(before)
        for name in self._names:
            if name in self.values:
                continue
            if job.clock.monotonic() >= until:
                return
            try:
                read, _ = await read_variables(job.sensor, [name])
            except SensorError:
                return
            self.values.update(read)

    async def _wanted(self, before: Identity) -> list[str]:
        try:
            taken = await snapshot_of_run(self._job, before)
        except SicktuiError:
            return []  # The check after the verdict meets the same, and reports it.
        return compared_names(taken) if taken is not None else []


def compared_names(taken: Snapshot) -> list[str]:
    """What is read again of a snapshot. Not the network: the sensor has just been found at its address."""
    return [name for name in taken.values if name not in NETWORK]


async def snapshot_of_run(job: Job, before: Identity) -> Snapshot | None:
    """The snapshot that this run took with its backup; ``None`` without one.

    Raises:
        StorageError: it cannot be read.
    """
    key = before.key_for(job.target.device)
    taken = [kept for kept in await asyncio.to_thread(job.snapshots.list, key) if kept.run == job.spec.run]
    return taken[-1] if taken else None
