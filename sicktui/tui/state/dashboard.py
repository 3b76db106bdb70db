"""What the dashboard knows, and what it shows of it. No Textual in here, and no I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, structs

from sicktui.engine.backup.history import SensorHistory
from sicktui.model.clock import Clock
from sicktui.model.device import Health, Identity, Observation, Profile, Target
from sicktui.model.enums import Code, Operation, RunState
from sicktui.model.run_view import DeviceView, RunView
from sicktui.model.safe_text import clean
from sicktui.model.wording import age
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.rows.backup_marks import BackupIndex
from sicktui.tui.rows.devices import Contact, DeviceRow, Order, arranged, known_state
from sicktui.tui.rows.jobs import JobRow, job_rows


class LastObservation(Struct, frozen=True, kw_only=True):
    """The last look at a sensor, and what is known from earlier ones."""

    observation: Observation
    identity: Identity | None
    """Who it said it is, when it last said so: shown on while it does not answer."""
    answered: float | None
    """When it last answered, on the monotonic clock."""


class DashboardState:
    """Devices, looks at them, marks, and the runs that are followed.

    Args:
        clock: where time comes from.
        grain: seconds since the last answer that all count as fresh in the list.
        old_after: days from when on a backup is marked as old.
    """

    def __init__(self, clock: Clock, *, grain: int = 10, old_after: float = 30.0) -> None:
        self._clock = clock
        self._grain = grain
        self.old_after = old_after
        self.profiles: dict[str, Profile] = {}
        self.targets: dict[str, Target] = {}
        self.observations: dict[str, LastObservation] = {}
        self.marks: set[str] = set()
        self.selected: str | None = None
        self.wanted = ""
        self.order = Order.NAME
        self.runs: dict[str, RunView] = {}
        self.shown_run: str | None = None
        self.cancelling: set[str] = set()
        """Runs that were told from here to stop: shown as that before they have heard it."""
        self.backup_index = BackupIndex()
        self._without_backup: set[str] = set()  # devices that a run has asked for a backup in vain

    # What comes in

    def set_devices(self, profiles: Mapping[str, Profile], targets: Mapping[str, Target]) -> None:
        """Take over the device list; what is known of devices that stay is kept."""
        moved = {name for name, target in targets.items() if self.targets.get(name) != target}
        self.profiles, self.targets = dict(profiles), dict(targets)
        self.observations = {n: s for n, s in self.observations.items() if n in targets and n not in moved}
        self.marks &= set(targets)
        self._without_backup -= moved

    def observed(self, observation: Observation) -> LastObservation | None:
        """Take in a look at a sensor; returns the one before it."""
        before = self.observations.get(observation.device)
        answered = before.answered if before else None
        if observation.reachable:
            answered = self._clock.monotonic()
        identity = observation.identity or (before.identity if before else None)
        self.observations[observation.device] = LastObservation(
            observation=observation, identity=identity, answered=answered
        )
        return before

    def advanced(self, run: str, view: RunView) -> None:
        """Take in where a run stands. A new one is shown, unless another one that goes is."""
        shown = self.runs.get(self.shown_run or "")
        idle = shown is not None and shown.state is not RunState.RUNNING
        if run not in self.runs and (self.shown_run is None or idle):
            self.shown_run = run
        self.runs[run] = view
        self._without_backup |= {
            name
            for name, device in view.devices.items()
            if device.verdict is not None
            and device.verdict.operation is Operation.BACKUP
            and device.verdict.code is Code.NOT_SUPPORTED
        }

    # Marks

    def toggle(self, device: str) -> None:
        """Mark a device, or take its mark away."""
        self.marks ^= {device}

    def toggle_all(self, visible: Sequence[str]) -> None:
        """Mark all visible devices; if they all are, take every mark away."""
        if set(visible) <= self.marks:
            self.marks.clear()
        else:
            self.marks |= set(visible)

    # What is shown

    @property
    def live_runs(self) -> list[str]:
        """The followed runs that are going."""
        return [run for run, view in self.runs.items() if view.state is RunState.RUNNING]

    @property
    def owners(self) -> dict[str, str]:
        """The run that has a device in its hands, by device."""
        return {
            device: run
            for run in self.live_runs
            for device, view in self.runs[run].devices.items()
            if view.verdict is None
        }

    def job_of(self, device: str) -> DeviceView | None:
        """A device's part in the run that is shown, or in a live one."""
        owner = self.owners.get(device)
        for run in (owner, self.shown_run):
            if run in self.runs and device in self.runs[run].devices:
                return self.runs[run].devices[device]
        return None

    def backups_of(self, device: str) -> SensorHistory | None:
        """The backups of the sensor that answers under a name; ``None`` while nobody has looked."""
        last = self.observations.get(device)
        identity = last.identity if last else None
        return self.backup_index.of(device, identity, refused=device in self._without_backup)

    def command_context(self) -> CommandContext:
        """What decides whether a command makes sense now."""
        return CommandContext(
            devices=len(self.targets),
            marked=tuple(name for name in self.targets if name in self.marks),
            selected=self.selected if self.selected in self.targets else None,
            owned=frozenset(self.owners),
            live_runs=tuple(self.live_runs),
            shown_run=self.shown_run,
            runs=len(self.runs),
        )

    def device_rows(self) -> list[DeviceRow]:
        """The rows of the list: filtered and sorted."""
        return arranged(self.all_device_rows(), self.order, self.wanted)

    def all_device_rows(self) -> list[DeviceRow]:
        """The rows of all devices, in the order of the file."""
        owners, now, wall = self.owners, self._clock.monotonic(), self._clock.now()
        rows = []
        for name, target in self.targets.items():
            run = owners.get(name)
            job = self.runs[run].devices[name] if run else None
            rows.append(self._device_row(target, job, now, wall))
        return rows

    def job_rows(self) -> list[JobRow]:
        """The rows of the panel: those of the run that is shown."""
        view = self.runs.get(self.shown_run or "")
        if view is None:
            return []
        return job_rows(view, self._clock.now(), orphaned=view.state is RunState.INTERRUPTED)

    def _device_row(self, target: Target, job: DeviceView | None, now: float, wall: datetime) -> DeviceRow:
        last, profile = self.observations.get(target.device), self.profiles.get(target.device)
        seen = last.observation if last else None
        identity = last.identity if last else None
        row = DeviceRow(
            device=target.device,
            name=clean(target.device),
            address=clean(target.address),
            model=clean((identity and (identity.device_type or identity.name)) or target.model or ""),
            version=clean(identity.version) if identity else "",
            state=seen.update_state if seen else None,
            health=seen.health if seen else Health(),
            contact=_contact(seen),
            age=age(now - last.answered, grain=self._grain) if last and last.answered is not None else "",
            problem=bool(seen and seen.reachable and seen.problem),
            marked=target.device in self.marks,
            serial=clean((identity and identity.serial) or target.serial or ""),
            location=clean((identity and identity.location) or ""),
            auth=seen.auth.value if seen and seen.auth else "",
            tags=tuple(clean(tag) for tag in profile.tags) if profile else (),
            note=clean(profile.note or "") if profile else "",
            backups=self.backups_of(target.device),
        )
        return _as_the_run_sees(row, job, wall, self._grain) if job and job.started else row


def _contact(seen: Observation | None) -> Contact:
    if seen is None:
        return Contact.ASKING
    return Contact.ONLINE if seen.reachable else Contact.OFFLINE


def _as_the_run_sees(row: DeviceRow, job: DeviceView, wall: datetime, grain: int) -> DeviceRow:
    """While a run has the sensor, nobody else asks it: the list shows the run's view."""
    contact, ago = row.contact, row.age
    if job.last_answer is not None:
        contact = Contact.OFFLINE if job.silent else Contact.ONLINE
        ago = age((wall - datetime.fromisoformat(job.last_answer)).total_seconds(), grain=grain)
    state = known_state(job.update_state)
    return structs.replace(
        row, contact=contact, age=ago, state=row.state if state is None else state, in_run=True
    )
