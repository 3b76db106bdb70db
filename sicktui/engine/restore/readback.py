"""Reads parameters back: what a restore should set, and what the sensor has."""

from typing import Final

from sicktui.engine.job.job import Job
from sicktui.engine.job.waiting import poll_for
from sicktui.engine.parameters.compare import Difference, compare, named
from sicktui.engine.parameters.snapshot import read_checksum, read_variables
from sicktui.engine.parameters.variables import NETWORK
from sicktui.model.device import Identity
from sicktui.model.plan import RestoreOrder
from sicktui.model.snapshot import Snapshot

POLL: Final = 0.5
"""Seconds between two looks at a sensor that applies parameters, which takes about a second."""


class Readback:
    """Compares a sensor with the snapshot of a backup.

    Args:
        job: the job.
        order: what is restored; its ``values`` are those of the backup's time.
        identity: the sensor.
    """

    def __init__(self, job: Job, order: RestoreOrder, identity: Identity) -> None:
        self.network: dict[str, object] = {}
        """The network settings that were read last."""
        self.network_before: dict[str, object] = {}
        """The network settings before the restore; empty where they were not read."""
        self.proven = False
        """Whether the sensor's own checksum proves that all its parameters are those of the backup."""
        self._job = job
        self._order = order
        self._identity = identity
        self._wished = {name: value for name, value in order.values.items() if name not in NETWORK}
        self._different_before: frozenset[str] | None = None

    @property
    def comparable(self) -> int:
        """How many variables can be compared."""
        return len(self._wished)

    async def look_before(self) -> None:
        """Remember what differs from the backup: only there a change can be seen.

        Raises:
            Unreachable: the sensor is gone.
            OutOfConnections: it is busy with others.
        """
        self._different_before = frozenset(found.variable for found in await self.differences())
        self.network_before = self.network

    @property
    def visible(self) -> bool:
        """Whether the restore, if it works, changes something that can be read."""
        return bool(self._different_before)

    async def differences(self) -> tuple[Difference, ...]:
        """What differs from the backup, network settings left out.

        Raises:
            Unreachable: the sensor is gone.
            OutOfConnections: it is busy with others.
        """
        names = [*self._wished, *(self._order.values.keys() & NETWORK)]
        values, unreadable = await read_variables(self._job.sensor, names)
        self.network = {name: value for name, value in values.items() if name in NETWORK}
        now = {name: value for name, value in values.items() if name not in NETWORK}
        return compare(self._snapshot(self._wished), self._snapshot(now, unreadable)).differences

    def _snapshot(self, values: dict[str, object], unreadable: dict[str, str] | None = None) -> Snapshot:
        identity = self._identity
        return Snapshot(
            device=self._job.target.device,
            serial=identity.serial,
            name=identity.name,
            version=identity.version,
            taken="",
            scope="essential",
            values=values,
            unreadable=unreadable or {},
        )

    async def taken_over(self, limit: float) -> bool:
        """Wait until something that differed from the backup does not any more.

        Args:
            limit: seconds.

        Returns:
            Whether all or some of it changed; ``False``: nothing did, or nothing can be compared.
        """
        left = await poll_for(
            self._job.clock,
            limit,
            min(POLL, self._job.timing.poll_interval),
            self.differences,
            done=lambda differences: not differences,
        )
        before = self._different_before or frozenset()
        return bool(before - {found.variable for found in left})

    async def words(self, left: tuple[Difference, ...]) -> str:
        """How far the sensor has the parameters of the backup, in words."""
        if left:
            return f"Different from the backup: {named(left)}."
        same_checksum = False
        if self._order.parameters_md5 is not None:
            now = await read_checksum(self._job.sensor, self._identity.name)
            same_checksum = self.proven = now == self._order.parameters_md5
        if same_checksum:
            return "All parameters read back as in the backup (MD5Parameters)."
        if self.comparable:
            if self.comparable == 1:
                return "The one comparable parameter reads back as in the backup."
            return f"All {self.comparable} comparable parameters read back as in the backup."
        return "There is nothing to compare with."
