"""What earlier processes left open on a sensor, or on one of its segment, and may still take effect."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self
from weakref import WeakKeyDictionary

from sicktui.engine.context import Context
from sicktui.engine.job.past import JobHistory, rebuild
from sicktui.model.clock import Clock
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code, Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import Acted
from sicktui.model.run.plan import RunSpec
from sicktui.model.safe_text import clean
from sicktui.stores.config.address_changes import AddressChanges
from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import run_lock
from sicktui.stores.journal.database import JournalDamaged
from sicktui.stores.journal.entries import every_entry, next_entries
from sicktui.stores.journal.journal import Journal
from sicktui.stores.journal.rows import RunRow


@dataclass
class _OpenRun:
    """A run that is not over, as far as its events were read: a plan asks once for each of its sensors."""

    spec: RunSpec
    pasts: Mapping[str, JobHistory] = field(default_factory=dict)
    after: int = 0

    def read_on(self, journal: Journal) -> None:
        """Take in what was written since."""
        devices = [item.device for item in self.spec.items]
        try:
            while page := next_entries(journal, self.spec.run, after=self.after):
                self.pasts = rebuild((entry for _, entry in page), devices, self.pasts)
                self.after = page[-1][0]
        except JournalDamaged as damage:  # of the file itself: anything may have been behind it
            self.pasts = rebuild([damage], devices, self.pasts)

    def of(self, device: str) -> JobHistory:
        """What is known of a device's job."""
        return self.pasts.get(device, JobHistory())


_OPEN_RUNS: Final[WeakKeyDictionary[Journal, dict[str, _OpenRun]]] = WeakKeyDictionary()
_READING: Final = threading.Lock()


class LeftOpen(NamedTuple):
    """What is left open in a home, for a plan and, right before the first act, for its run."""

    home: Home
    journal: Callable[[], Journal]
    address_changes: AddressChanges
    clock: Clock
    run: str = ""
    """The run that asks, which does not count."""

    @classmethod
    def of(cls, context: Context) -> Self:
        """For a command, or a plan."""
        return cls(context.home, lambda: context.journal, context.address_changes, context.clock)

    @classmethod
    def for_run(cls, run: str, home: Home, journal: Journal, clock: Clock) -> Self:
        """For a run."""
        return cls(home, lambda: journal, AddressChanges(home.address_changes_file), clock, run)

    def refuse(self, target: Target, identity: Identity, *, away: bool) -> None:
        """Return unless something that is open keeps this sensor from being written to.

        Args:
            target: the device.
            identity: who answers.
            away: whether the sensor is about to go away, as it does for an update or a restore.

        Raises:
            SicktuiError: it does (``busy``).
            StorageError: it cannot be read whether a change of its address is open.
        """
        self.refuse_interrupted(identity)
        self.refuse_open_address(target, identity)
        if away:
            self.refuse_segment(target)

    def refuse_interrupted(self, identity: Identity) -> None:
        """Return unless an interrupted restore may still be at work on this sensor.

        After the time that a restore and its reboot may take, it is left to ``runs resume``. A journal that
        cannot be read keeps no restore from being run: nothing that writes to it starts.

        Raises:
            SicktuiError: one may be (``busy``).
        """
        for row, run in self._unfinished():
            if row.operation is not Operation.RESTORE or run_lock(self.home, row.run).is_held():
                continue
            for item in run.spec.items:
                if item.identity is None or not item.identity.is_same_sensor(identity):
                    continue
                timing = item.target.timing
                within = timedelta(seconds=timing.backup_timeout + timing.reconnect_timeout)
                open_job = run.of(item.device).verdict is None
                if open_job and self._sent_since(row.run, item.device, self.clock.now() - within):
                    raise SicktuiError(
                        f"The restore of run {row.run} was interrupted; this sensor may still be at work on "
                        "it.",
                        advice=f"Resume it with 'sicktui runs resume {row.run}': it finds out and ends it.",
                        code=Code.BUSY,
                    )

    def refuse_open_address(self, target: Target, identity: Identity) -> None:
        """Return unless a change of this sensor's address is open: a save or a reboot could make it last.

        Where it already answers at its new address, saving is what finishes the change. SICK's LiDAR
        Developer Guide: an address that is not saved is undone by a power cycle, and ``RebootDevice`` saves.

        Raises:
            SicktuiError: one is open (``busy``).
            StorageError: it cannot be read whether one is.
        """
        for change in self.address_changes.every():
            if change.is_of(identity) and change.new != target.address:
                raise SicktuiError(
                    f"{change.what} Saving it, or a reboot, could make the new address last.",
                    advice=f"'sicktui address {change.device}' shows what is left: finish or undo it first.",
                    code=Code.BUSY,
                )

    def refuse_segment(self, target: Target) -> None:
        """Return unless another run, perhaps without a runner, may have a sensor of the same segment away.

        The lock of a segment ends with its holder; what was sent to a sensor does not. So this lasts until
        the run is resumed, which finds out.

        Raises:
            SicktuiError: one may have (``busy``).
        """
        if not target.segment:
            return
        for row, run in self._unfinished():
            if row.operation is Operation.BACKUP:
                continue
            names = [
                item.device
                for item in run.spec.items
                if item.may_go and item.target.segment == target.segment and item.device != target.device
            ]
            away = [name for name in names if run.of(name).verdict is None and run.of(name).in_flight]
            if away:
                raise SicktuiError(
                    f"{clean(away[0])} of the same segment ({clean(target.segment)}) may be away: run "
                    f"{row.run} has begun to write to it, and has not finished.",
                    advice="Wait until that run is over; where it was interrupted, 'sicktui runs resume "
                    f"{row.run}' ends it.",
                    code=Code.BUSY,
                )

    def _unfinished(self) -> list[tuple[RunRow, _OpenRun]]:
        """The other runs that are not over; nothing of a journal, or a run, that cannot be read."""
        if not self.home.journal_file.exists():
            return []
        try:
            with _READING:
                return self._read(self.journal())
        except StorageError:
            return []

    def _read(self, journal: Journal) -> list[tuple[RunRow, _OpenRun]]:
        rows = [row for row in journal.unfinished() if row.run != self.run]
        before = _OPEN_RUNS.get(journal, {})
        found: list[tuple[RunRow, _OpenRun]] = []
        for row in rows:
            # One whose own row is damaged can never be resumed: nothing may wait for that.
            with contextlib.suppress(JournalDamaged):
                run = before.get(row.run) or _OpenRun(journal.spec(row.run))
                run.read_on(journal)
                found.append((row, run))
        _OPEN_RUNS[journal] = {row.run: run for row, run in found}
        return found

    def _sent_since(self, run: str, device: str, moment: datetime) -> bool:
        """Whether a restore was sent to a device after this moment."""
        return any(
            isinstance(event, Acted)
            and event.act == "restore"
            and event.device == device
            and datetime.fromisoformat(event.ts) > moment
            for event in every_entry(self.journal(), run)
        )
