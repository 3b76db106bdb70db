"""Looks at a sensor for the machine: who answers, what the restore reports, what differs from the backup."""

from pathlib import Path
from typing import Final, TypeVar

from sicktui.engine.job.job import Job
from sicktui.engine.job.refind import Seen
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.agreement import agreement
from sicktui.engine.parameters.compare import Difference, changes, compare, equal
from sicktui.engine.parameters.saving import SavedState, read_saved
from sicktui.engine.parameters.snapshot import read_variables, silent_only_here
from sicktui.engine.parameters.variables import NETWORK
from sicktui.model.device import Identity
from sicktui.model.enums import UpdateState
from sicktui.model.restore.observations import RestoreLooked, RestoreReading, RestoreWant
from sicktui.model.run.plan import RestoreOrder
from sicktui.model.snapshot import NOT_THERE, Snapshot
from sicktui.model.update.observations import Garbled, Silent
from sicktui.sensor.api.variables import DAILY_HOURS, POWER_ON_COUNT, Variable
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import SensorError, Unreachable
from sicktui.sensor.transport.redaction import STARS

T = TypeVar("T")
_LONG: Final = frozenset({RestoreWant.VALUES, RestoreWant.FILE})
"""What takes half a minute to read: who answers is asked again after it."""


def seen_as(seen: RestoreLooked | Silent | Garbled) -> Seen:
    """What a look amounts to for the search of a sensor that has left its address."""
    if not isinstance(seen, RestoreLooked):
        return Seen.NOTHING
    return Seen.STRANGER if seen.reading.stranger else Seen.SENSOR


class Readback:
    """Compares a sensor with a backup and the snapshot that was taken with it.

    Args:
        job: the job.
        order: what is restored; its ``values`` are those of the backup's time.
        identity: the sensor.
        file: the run's own copy of the backup.
    """

    def __init__(self, job: Job, order: RestoreOrder, identity: Identity, file: Path) -> None:
        self.identity = identity
        """Who answered last."""
        self.network: dict[str, object] = {}
        """The network settings that were read last."""
        self.network_before: dict[str, object] | None = None
        """The first that were read, before the restore."""
        self._now: dict[str, object] = {}
        """What was read last of the variables that are compared, the network included."""
        self._then: dict[str, object] | None = None
        self._job = job
        self._order = order
        self._before = identity
        self._file = file
        self._wished = {
            name: value for name, value in order.values.items() if name not in NETWORK and not _masked(value)
        }

    @property
    def comparable(self) -> int:
        """How many variables can be compared."""
        return len(self._wished)

    def begin(self) -> None:
        """The restore is about to be sent: what was read last is what it may change."""
        if self._then is None:
            self._then = self._now
        self._now = {}

    @property
    def changed(self) -> tuple[int, tuple[Difference, ...]]:
        """How many variables were read before the restore and after it, and what differs between the two."""
        before = self._then or {}
        both = [name for name in before if name in self._now]
        found = (change for name in both for change in changes(name, before[name], self._now[name]))
        return len(both), tuple(found)

    async def look(self, wants: frozenset[RestoreWant]) -> RestoreLooked | Silent | Garbled:
        """Read what is wanted."""
        clock = self._job.clock
        began = clock.monotonic()
        try:
            reading = await self._read(wants)
            return RestoreLooked(reading=reading, wants=wants, took=clock.monotonic() - began)
        except SensorError as error:
            if isinstance(error, Unreachable) and not error.untrusted:
                return Silent(why=error.message)
            return Garbled(why=error.message)

    async def must_rest(self, refusal: SensorError) -> None:
        """Look at the sensor before an act that it has refused is sent once more.

        Raises:
            SensorError: the refusal, if it does not answer, is another one, or flashes.
        """
        seen = await self.look(frozenset({RestoreWant.WHO}))
        if not isinstance(seen, RestoreLooked) or seen.reading.stranger:
            raise refusal
        if seen.reading.state is UpdateState.STARTED:
            raise refusal

    async def _read(self, wants: frozenset[RestoreWant]) -> RestoreReading:
        sensor = self._job.sensor
        state, power_on, hours = None, None, None
        if RestoreWant.WHO in wants:
            now = await sensor.read.reread_identity(self._before)
            if not self._before.is_same_sensor(now):
                return RestoreReading(stranger=self._stranger(now))
            self.identity = now
            state = await read_update_state(sensor)
            power_on = await _if_any(sensor, POWER_ON_COUNT)
            hours = await _if_any(sensor, DAILY_HOURS)
        result = await sensor.backups.restore_status() if RestoreWant.RESULT in wants else None
        reading = await self._values() if RestoreWant.VALUES in wants else RestoreReading()
        saved = SavedState()
        if RestoreWant.SAVED in wants:
            saved = await read_saved(sensor, self.identity.name)
        same_firmware = self._order.version == self.identity.version
        in_file = (
            await self._file_differs() if RestoreWant.FILE in wants and same_firmware else tuple[str, ...]()
        )
        if wants & _LONG:
            now = await sensor.read.reread_identity(self._before)
            if not self._before.is_same_sensor(now):
                return RestoreReading(stranger=self._stranger(now))
        return RestoreReading(
            state=state,
            power_on=power_on,
            hours=hours,
            result=result,
            differing=reading.differing,
            differences=reading.differences,
            unread=reading.unread,
            moved=reading.moved,
            checksum=saved.checksum,
            stamp=saved.stamp,
            differs_from_file=in_file,
        )

    async def _values(self) -> RestoreReading:
        network = self._order.values.keys() & NETWORK
        values, unreadable = await read_variables(self._job.sensor, [*self._wished, *network])
        self.network = {name: value for name, value in values.items() if name in NETWORK}
        if self.network_before is None:
            self.network_before = self.network
        self._now = {name: value for name, value in values.items() if not _masked(value)}
        unreadable |= {name: "masked" for name, value in values.items() if _masked(value)}
        if self._order.version == self.identity.version:
            # The same firmware has the same parameters: one that is not there now could only not be read.
            unreadable = {name: why if why != NOT_THERE else "not found" for name, why in unreadable.items()}
        now = {
            name: value for name, value in values.items() if name not in NETWORK and name not in unreadable
        }
        found = compare(self._snapshot(self._wished), self._snapshot(now, unreadable)).differences
        return RestoreReading(
            differing=frozenset(difference.variable for difference in found),
            differences=tuple(str(difference) for difference in found),
            unread=frozenset(
                name for name, why in unreadable.items() if why != NOT_THERE and name in self._wished
            ),
            moved=any(not equal(self.network.get(name), self._order.values[name]) for name in network),
        )

    async def _file_differs(self) -> tuple[str, ...]:
        """What the backup's own file names and the sensor has otherwise, beside the snapshot's variables."""
        found = await agreement(self._job.sensor, self.identity.name, self._file, known=self._order.values)
        return found.differing

    def _stranger(self, now: Identity) -> str:
        before = self._before
        return (
            f"Another sensor answers at {self._job.target.address} now: {now.key or now.name} "
            f"instead of {before.key or before.name}."
        )

    def _snapshot(self, values: dict[str, object], unreadable: dict[str, str] | None = None) -> Snapshot:
        identity = self.identity
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


def _masked(value: object) -> bool:
    """Whether a sensor, or the mask of secrets, shows stars instead of a value."""
    return STARS in str(value)


async def _if_any(sensor: Sensor, variable: Variable[T]) -> T | None:
    """A counter that only helps: it may fail in any way while the sensor answers otherwise."""
    try:
        return await sensor.read.optional(variable)
    except Unreachable:
        await silent_only_here(sensor)
        return None
    except SensorError:
        return None
