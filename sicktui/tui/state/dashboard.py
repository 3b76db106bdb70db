"""The state of the dashboard, without Textual or I/O."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from sicktui.engine.backup.marks import SensorHistory
from sicktui.model.clock import Clock
from sicktui.model.device import Identity, Observation, Profile, Target
from sicktui.model.enums import Code, Operation
from sicktui.model.run.plan import RunSpec
from sicktui.model.run.view import DeviceView, RunView
from sicktui.model.safe_text import clean
from sicktui.model.wording import age
from sicktui.stores.memory.last_seen import SeenSensor, fits
from sicktui.stores.secrets.coverage import PasswordState
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.rows.backups.marks import BackupIndex
from sicktui.tui.rows.devices import DeviceRow
from sicktui.tui.rows.fleet.arrange import RunGroup, View, arrange
from sicktui.tui.rows.fleet.order import SortOrder, arranged
from sicktui.tui.rows.fleet.row import FleetRow
from sicktui.tui.rows.fleet.run_header import rate_of, title_of
from sicktui.tui.rows.jobs import job_row
from sicktui.tui.rows.log.book import LogBook
from sicktui.tui.rows.offers import ListedSensor
from sicktui.tui.state.asked import SearchInput
from sicktui.tui.state.elsewhere import Elsewhere
from sicktui.tui.state.health import FoundHealth
from sicktui.tui.state.marks import Marks
from sicktui.tui.state.observed import as_seen_by_run, contact_of, location_of
from sicktui.tui.state.rates import Rates
from sicktui.tui.state.shown_runs import ShownRuns

if TYPE_CHECKING:
    from sicktui.fleet.database import Rollout
    from sicktui.fleet.desk import Overview

_MOST_RECENT: Final = 5


class LastObservation(Struct, frozen=True, kw_only=True):
    """The last observation of a sensor, and what is known from earlier ones."""

    observation: Observation
    identity: Identity | None
    """The last identity it reported; still shown while it does not answer."""
    answered: float | None
    """When it last answered, on the monotonic clock."""


class DashboardState:
    """Devices, observations, marks, and followed runs.

    Args:
        clock: the source of time.
        grain: seconds since the last answer that count as fresh in the list.
        old_after: days after which a backup is marked as old.
    """

    def __init__(self, clock: Clock, *, grain: int = 10, old_after: float = 30.0) -> None:
        self._clock = clock
        self._grain = grain
        self.old_after = old_after
        self.key_of: Callable[[str], str] = lambda _: ""
        """The key of a command, for sentences that name it; empty if it has none."""
        self.profiles: dict[str, Profile] = {}
        self.targets: dict[str, Target] = {}
        self.observations: dict[str, LastObservation] = {}
        self.remembered: dict[str, SeenSensor] = {}
        """The sensors that answered in earlier sessions, by device."""
        self.moved: dict[str, str] = {}
        """Where sensors that are away answer now, by device."""
        self._away_since: dict[str, float] = {}
        self.marking = Marks()
        self.log, self.health, self.elsewhere = LogBook(), FoundHealth(clock), Elsewhere(clock)
        self.selected: str | None = None
        self.searched = SearchInput()
        """What was entered last for a search."""
        self.wanted = ""
        """The filter of the list: the last one that could be used."""
        self.filter_mistake = ""
        """What is wrong with the one that is being typed."""
        self.columns: tuple[str, ...] = ()
        """The chosen columns beside the name, the most important first; empty: all of them."""
        self.recent: list[str] = []
        """The commands that were used, the last one first."""
        self.pane = "devices"
        """The pane that has the focus."""
        self.order = SortOrder.NAME
        self.backwards = False
        """Whether the order is reversed."""
        self.followed = ShownRuns()
        """The runs, and which of them are shown."""
        self.opened: set[str] = set()
        """Runs whose folded devices are shown."""
        self.cancelling: set[str] = set()
        """Runs cancelled from here: shown as cancelling before the runner confirms it."""
        self.passwords: Mapping[str, PasswordState] = {}
        """What is known of each device's password; empty until the stores have answered."""
        self.settings_problem = ""
        """Why config.toml cannot be used any more; empty: it can."""
        self.backup_index = BackupIndex()
        self.waiting_offers = self.unheard_sources = 0
        self._rates: dict[str, Rates] = {}
        self._without_backup: set[str] = set()  # devices without a backup call, as a run found

    def now(self) -> datetime:
        """The wall-clock time, in UTC."""
        return self._clock.now()

    # What comes in

    def set_devices(self, profiles: Mapping[str, Profile], targets: Mapping[str, Target]) -> None:
        """Set the device list; what is known of unchanged devices is kept."""
        moved = {name for name, target in targets.items() if self.targets.get(name) != target}
        self.profiles, self.targets = dict(profiles), dict(targets)
        self.observations = {n: s for n, s in self.observations.items() if n in targets and n not in moved}
        self.moved = {n: place for n, place in self.moved.items() if n in targets and n not in moved}
        self._away_since = {n: s for n, s in self._away_since.items() if n in targets and n not in moved}
        self.marking.keep(self.listed)
        self._without_backup -= moved

    def take_fleet(self, overview: "Overview") -> "list[Rollout]":
        """The fleet's database was read. Returns the rollouts whose state has changed since the last time."""
        changed = self.elsewhere.take(overview)
        self.marking.keep(self.listed)
        return changed

    def observed(self, observation: Observation) -> LastObservation | None:
        """Record an observation; returns the one before it."""
        before = self.observations.get(observation.device)
        answered = before.answered if before else None
        if observation.reachable:
            answered = self._clock.monotonic()
        if observation.reachable and observation.other is None:
            self._away_since.pop(observation.device, None)
            self.moved.pop(observation.device, None)
        else:
            self._away_since.setdefault(observation.device, self._clock.monotonic())
        identity = observation.identity or (before.identity if before else None)
        self.observations[observation.device] = LastObservation(
            observation=observation, identity=identity, answered=answered
        )
        return before

    def advanced(self, run: str, view: RunView) -> None:
        """Record the state of a run. A new run is shown, unless a running one is."""
        self.followed.advanced(run, view)
        self._rates.setdefault(run, Rates()).note(self._clock.monotonic(), rate_of(view, self.now()))
        self._without_backup |= {
            name
            for name, device in view.devices.items()
            if device.verdict is not None
            and device.verdict.operation is Operation.BACKUP
            and device.verdict.code is Code.NOT_SUPPORTED
        }

    def start(self, spec: RunSpec) -> None:
        """Show a run that is about to be started."""
        self.followed.start(spec)

    def not_started(self, run: str) -> None:
        """The run could not be started, or its events cannot be read."""
        self.followed.not_started(run)

    def close_run(self, run: str) -> None:
        """Show a run no longer that is over."""
        self.followed.close(run)
        self.opened.discard(run)

    def used(self, command: str) -> None:
        """Record that a command was used."""
        self.recent = [command, *(name for name in self.recent if name != command)][:_MOST_RECENT]

    # What is shown

    @property
    def marks(self) -> set[str]:
        """The marked devices."""
        return self.marking.devices

    @property
    def listed(self) -> set[str]:
        """The devices of the list: those of this PC, and as ``pc/device`` those that other PCs reach."""
        return {*self.targets, *(row.device for row in self.elsewhere.rows)}

    @property
    def troubled(self) -> set[str]:
        """The devices of the list that failed or are unknown in the runs that are shown."""
        return self.followed.troubled() & set(self.targets)

    @property
    def runs(self) -> dict[str, RunView]:
        """The runs that are followed."""
        return self.followed.views

    @property
    def shown_run(self) -> str | None:
        """The run that commands about a run mean."""
        return self.followed.current

    @shown_run.setter
    def shown_run(self, run: str | None) -> None:
        self.followed.current = run

    @property
    def starting(self) -> RunView | None:
        """A run that was confirmed here and has no event yet: it is shown as starting."""
        return self.followed.starting

    @property
    def live_runs(self) -> list[str]:
        """The followed runs that are running."""
        return self.followed.live

    @property
    def owners(self) -> dict[str, str]:
        """The run that uses each device."""
        return self.followed.owners

    @property
    def tags(self) -> set[str]:
        """Every tag of the device list."""
        return {tag for profile in self.profiles.values() for tag in profile.tags}

    def rates_of(self, view: RunView) -> tuple[float, ...]:
        """How fast a run has moved bytes lately, the oldest first."""
        rates = self._rates.get(view.run)
        return rates.samples(self._clock.monotonic()) if rates else ()

    def job_of(self, device: str) -> DeviceView | None:
        """A device's part in a live run, or in one that is shown."""
        part = self.followed.parts().get(device)
        return part[1] if part else None

    def identity_of(self, device: str) -> Identity | None:
        """The identity that the sensor of a device reported last, perhaps in an earlier session."""
        last = self.observations.get(device)
        if last is not None and last.identity is not None:
            return last.identity
        seen = self.remembered.get(device)
        return seen.identity if seen else None

    def password_problem(self, device: str) -> PasswordState | None:
        """What is wrong with the password of a device, if the stores know; a run finds out too."""
        return self._password_problem(device, self.job_of(device))

    def _password_problem(self, device: str, part: DeviceView | None) -> PasswordState | None:
        if part is not None and part.verdict is not None and part.verdict.code is Code.ACCESS_DENIED:
            return PasswordState.REFUSED
        state = self.passwords.get(device)
        return None if state is PasswordState.KNOWN else state

    def backups_of(self, device: str) -> SensorHistory | None:
        """The backups of the sensor at a device; ``None`` until they have been read."""
        identity = self.identity_of(device)
        return self.backup_index.of(device, identity, refused=device in self._without_backup)

    def remember(self, seen: Mapping[str, SeenSensor]) -> None:
        """Set the sensors that answered in earlier sessions; those that the profiles refuse are left out."""
        self.remembered = {
            name: entry
            for name, entry in seen.items()
            if name in self.targets and fits(self.targets[name].serial, entry)
        }

    def lost(self, seconds: float) -> list[Target]:
        """The devices whose sensors have been away for that many seconds, and that no run uses."""
        now, owned = self._clock.monotonic(), self.owners
        away = [name for name, since in self._away_since.items() if now - since >= seconds]
        return [self.targets[name] for name in away if name in self.targets and name not in owned]

    def found_elsewhere(self, found: Mapping[str, str]) -> list[str]:
        """Record where sensors that are still away answer now; returns the devices for which that is news."""
        away = {target.device for target in self.lost(0.0)}
        news = [name for name, place in found.items() if name in away and self.moved.get(name) != place]
        self.moved |= {name: found[name] for name in news}
        return news

    def fleet(self) -> list[ListedSensor]:
        """The sensors of the list that have been read."""
        return [
            ListedSensor(device=name, identity=last.identity)
            for name, last in self.observations.items()
            if last.identity is not None
        ]

    def command_context(self) -> CommandContext:
        """What decides whether a command can be used now."""
        return CommandContext(
            devices=len(self.targets),
            pane=self.pane,
            listed=len(self.elsewhere.rows),
            marked=tuple(name for name in self.targets if name in self.marks),
            marked_far=self.elsewhere.marked(self.marks),
            marked_last=self.marking.last,
            is_trouble=bool(self.troubled),
            is_log_searched=bool(self.log.sought),
            selected=self.selected if self.selected in self.targets else None,
            selected_far=self.elsewhere.far(self.selected),
            here=self.elsewhere.here,
            owned=frozenset(self.owners),
            moved=frozenset(self.moved),
            live_runs=tuple(self.live_runs),
            unapproved=(*self.followed.unapproved, *self.elsewhere.unapproved),
            shown_run=self.shown_run,
            runs=len(self.runs),
        )

    def device_rows(self) -> list[DeviceRow]:
        """The rows of the list, also those that other PCs reach: filtered and sorted."""
        rows = [*self.all_device_rows(), *self._far_rows()]
        return arranged(rows, self.order, self.wanted, backwards=self.backwards)

    def _far_rows(self) -> list[DeviceRow]:
        marks = self.marks
        return [
            structs.replace(row, marked=True) if row.device in marks else row for row in self.elsewhere.rows
        ]

    def all_device_rows(self) -> list[DeviceRow]:
        """The rows of all devices, in the order of the file."""
        owners, now, wall = self.owners, self._clock.monotonic(), self._clock.now()
        shown, parts = self.runs.get(self.shown_run or ""), self.followed.parts()
        rows = []
        for name, target in self.targets.items():
            run = owners.get(name)
            job = self.runs[run].devices[name] if run else None
            row = self._device_row(target, job, now, wall)
            part = parts.get(name)
            problem = self._password_problem(name, part[1] if part else None)
            row = structs.replace(row, password=problem) if problem else row
            ended = shown.devices.get(name) if shown else None
            if ended is not None and ended.verdict is not None:
                row = structs.replace(row, verdict=ended.verdict.verdict)
            rows.append(row)
        return rows

    def fleet_rows(self, devices: Sequence[DeviceRow], room: int) -> list[FleetRow]:
        """The lines of the table, of which ``room`` are visible.

        Args:
            devices: the rows of the list.
            room: how many lines are visible.
        """
        now, parts = self._clock.now(), self.followed.parts()
        lanes = {device: job_row(view, part, now) for device, (view, part) in parts.items()}
        listed = {row.device for row in devices}
        others = [DeviceRow(device=n, name=clean(n), address="") for n in lanes if n not in listed]
        groups = [RunGroup(run=view.run, title=title_of(view)) for view in self.followed.shown]
        view = View(
            order=self.order,
            backwards=self.backwards,
            wanted=self.wanted,
            opened=self.opened,
            selected=self.selected,
        )
        return arrange([*devices, *others, *self._far_rows()], lanes, groups, view, room)

    def _device_row(self, target: Target, job: DeviceView | None, now: float, wall: datetime) -> DeviceRow:
        last, profile = self.observations.get(target.device), self.profiles.get(target.device)
        seen = last.observation if last else None
        identity = self.identity_of(target.device)
        row = DeviceRow(
            device=target.device,
            name=clean(target.device),
            address=clean(target.address),
            pc=self.elsewhere.here,
            model=clean((identity and (identity.device_type or identity.name)) or target.model or ""),
            version=clean(identity.version) if identity else "",
            state=seen.update_state if seen else None,
            health=self.health.of(target.device, identity, seen.health if seen else None),
            contact=contact_of(seen),
            age=age(now - last.answered, grain=self._grain) if last and last.answered is not None else "",
            problem=bool(seen and seen.reachable and seen.problem and not seen.other),
            other=clean(seen.other.label or "(no serial number)", 40) if seen and seen.other else "",
            change=seen.change if seen else "",
            moved=clean(self.moved.get(target.device, ""), 60),
            remembered=identity is not None and (last is None or last.identity is None),
            marked=target.device in self.marks,
            serial=clean((identity and identity.serial) or target.serial or ""),
            location=location_of(identity),
            auth=seen.auth.value if seen and seen.auth else "",
            tags=tuple(clean(tag) for tag in profile.tags) if profile else (),
            note=clean(profile.note or "") if profile else "",
            backups=self.backups_of(target.device),
        )
        if job is None:
            return row
        if not job.started:
            return structs.replace(row, waits=True, paused=True)
        return as_seen_by_run(row, job, wall, self._grain)
