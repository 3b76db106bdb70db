"""The facts of a run as a report shows them. All texts are cleaned."""

from msgspec import Struct

from sicktui.engine.reports.causes import Cause
from sicktui.engine.reports.timeline import Timeline
from sicktui.model.enums import Operation, RunState, Step, StepState, Verdict
from sicktui.model.run.event import ParameterChange
from sicktui.stores.journal.verify import ChainProof


class StepFacts(Struct, frozen=True, kw_only=True):
    """One step of a job."""

    step: Step
    state: StepState
    started: str | None
    seconds: float | None
    """By the PC's clock; ``None`` where it never ended, or the clock was set back meanwhile."""
    detail: str


class Sums(Struct, frozen=True, kw_only=True):
    """What identifies the software of a sensor at one moment; ``None`` where it does not report it."""

    version: str | None = None
    checksum: str | None = None
    """``LFTchecksum`` of Linux root and application."""
    calibration: str | None = None
    power_on_count: int | None = None


class DeviceFacts(Struct, frozen=True, kw_only=True):
    """One device's part in the run. All texts are cleaned."""

    device: str
    address: str
    model: str | None = None
    serial: str | None = None
    mac: str | None = None
    order_number: str | None = None
    action: str
    plan: str
    """What the plan intended, in words."""
    from_version: str | None = None
    to_version: str | None = None
    runs: str | None = None
    """The version that it runs as far as the run has seen; ``None``: not known."""
    verdict: Verdict | None = None
    code: str | None = None
    message: str = ""
    advice: str = ""
    seconds: float | None = None
    downtime_seconds: float | None = None
    backup: str | None = None
    backup_sha256: str | None = None
    backup_bytes: int | None = None
    before: Sums = Sums()
    after: Sums = Sums()
    tries: int = 0
    """How often the file was sent."""
    steps: tuple[StepFacts, ...] = ()
    warnings: tuple[str, ...] = ()
    measuring: str | None = None
    """What is known about whether it measures after the update; ``None``: not asked."""
    measured: tuple[str, ...] = ()
    """The evidence in sentences."""
    changed: tuple[str, ...] = ()
    """What is wrong after the update and was not before: level and sentence."""

    parameters: tuple[ParameterChange, ...] = ()
    """The parameters that are others after the update, or after the restore."""
    parameters_more: int = 0
    """How many more there are."""
    parameters_compared: int | None = None
    """How many were compared; ``None``: none was."""


class RunFacts(Struct, frozen=True, kw_only=True):
    """A run as a report shows it. All texts are cleaned."""

    run: str
    operation: Operation
    state: RunState
    started: str
    finished: str | None
    seconds: float | None
    user: str
    host: str
    ssh_client: str | None
    retry_of: str | None
    package: str | None
    package_sha256: str | None
    package_bytes: int | None
    options: tuple[str, ...]
    """What was chosen beside the defaults, in words."""
    verdicts: dict[Verdict, int]
    exit_code: int | None
    devices: tuple[DeviceFacts, ...]
    causes: tuple[Cause, ...]
    log: tuple[str, ...]
    """Warnings and errors of the run as a whole."""
    timeline: Timeline
    order: str | None = None
    proof: ChainProof | None = None
    """Whether the journal's record of the run is what was written."""

    @property
    def open(self) -> int:
        """The number of devices without a verdict."""
        return sum(device.verdict is None for device in self.devices)
