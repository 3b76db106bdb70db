"""What a job works with: its device, its tools and its limits."""

from dataclasses import dataclass
from pathlib import Path

from sicktui.engine.job.control import Control
from sicktui.engine.job.record import JobRecord
from sicktui.engine.job.refind import Refinder
from sicktui.engine.measuring.receivers import Receivers
from sicktui.model.clock import Clock
from sicktui.model.device import Target
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.settings import Timing
from sicktui.sensor.client import Sensor
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupStore
from sicktui.stores.memory.sensor_memory import SensorMemory
from sicktui.stores.packages.shelf import Shelf


@dataclass(frozen=True)
class Job:
    """One device's part of a run."""

    spec: RunSpec
    item: PlanItem
    sensor: Sensor
    record: JobRecord
    control: Control
    clock: Clock
    backups: BackupStore
    snapshots: SnapshotStore
    memory: SensorMemory
    passphrase: str
    scratch: Path
    """This job's own folder, for incomplete files."""
    refinder: Refinder
    """Follows the sensor where it comes back at another address."""
    shelf: Shelf
    receivers: Receivers
    """The ports of this PC that the run listens to for scan data."""
    package_file: Path | None
    """The run's own copy of the package; ``None`` for an operation without one."""

    @property
    def target(self) -> Target:
        """The device, with every default filled in."""
        return self.item.target

    @property
    def timing(self) -> Timing:
        """The deadlines of this device, in seconds."""
        return self.item.target.timing
