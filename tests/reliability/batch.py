"""Runs many cases at once: a simulated sensor for each, one plan and one run over all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import patch

from msgspec import structs

from sicktui.engine.context import Context, open_context
from sicktui.engine.job import recorder
from sicktui.engine.parameters import variables as snapshot_variables
from sicktui.engine.run.events import first_events
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.history import every_event
from sicktui.model.enums import Operation, Step, StepState
from sicktui.model.run.event import Event, StepChanged, VerdictReached
from sicktui.model.run.plan import PlanItem, RunSpec, UpdateOptions
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.simulator import Device, Fleet
from sicktui.simulator.faults import FaultSet, behaviour_of
from sicktui.simulator.network.http import Request
from sicktui.stores.backups.store import BackupStore
from sicktui.stores.journal.journal import Journal
from tests.reliability.case import Case, Planted, Result, State
from tests.reliability.operations import (
    PASSPHRASE,
    PLANS,
    Birth,
    backup_run,
    change_parameters,
    holds,
    update_run,
)
from tests.reliability.oracle import what_is_wrong
from tests.reliability.pc_cases import CLOCK_JUMPS, NO_FOLDER, spoil_backups, spoiled_journal
from tests.support.clocks import JumpingClock, SkippingClock
from tests.support.skipping_loop import SkippingLoop

TIMING: Final = Timing(
    poll_interval=1.0,
    autostart_wait=2.0,
    flash_timeout=30.0,
    reconnect_timeout=20.0,
    reconnect_interval=2.0,
    settle=1.5,
    request_timeout=5.0,
    stall_timeout=5.0,
    backup_timeout=20.0,
)
PASSWORD: Final = "servicelevel"


class WatchedJournal(Journal):
    """A journal that tells at which step each device is: a step is written down before it begins."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.steps: dict[str, Step] = {}
        """The step that is under way."""
        self.begun: dict[str, set[Step]] = defaultdict(set)
        """The steps that have begun so far."""

    def append(self, run: str, events: Sequence[Event], *, durable: bool) -> None:
        super().append(run, events, durable=durable)
        for event in events:
            if isinstance(event, StepChanged):
                if event.state is StepState.STARTED:
                    self.steps[event.device] = event.step
                    self.begun[event.device].add(event.step)
                elif self.steps.get(event.device) is event.step:
                    del self.steps[event.device]


class WatchedRunner(Runner):
    """A runner that looks at the sensor itself at the moment of its verdict."""

    looks: dict[str, State]
    batch: "Batch"

    async def _record_verdict(self, event: VerdictReached) -> None:
        self.looks[event.device] = self.batch.look(event.device)
        await super()._record_verdict(event)


class Batch:
    """One batch of cases of one operation and one family."""

    limits = Limits(jobs=12, max_failures=10_000, requests_per_second=1_000.0)

    def __init__(self, cases: Sequence[Case], folder: Path) -> None:
        self._cases = cases
        self._folder = folder
        [self._operation] = {case.operation for case in cases}
        [self._pc] = {case.pc for case in cases}
        [self._backup] = {case.backup for case in cases}
        [self._handed_over] = {case.handed_over for case in cases}
        [self._force] = {case.force for case in cases}
        self.devices: dict[str, Device] = {}
        self._born: dict[str, Birth] = {}
        self._before: dict[str, State] = {}
        self._backups: BackupStore | None = None

    def run(self) -> list[Result]:
        """Run all of them in a loop that skips the waiting."""
        # A full disk is waited for in real time: not here.
        with (
            patch.object(recorder, "PATIENCE", 0.1),
            patch.object(recorder, "PAUSE", 0.02),
            # As few parameters as at the default politeness: all of them at every reading take their time.
            patch.object(snapshot_variables, "PATIENCE", 0.005),
            asyncio.Runner(loop_factory=SkippingLoop) as runner,
        ):
            return runner.run(self._run())

    async def _run(self) -> list[Result]:
        context = self._context()
        self._backups = context.backups
        specs = [case.spec(f"sensor-{number}") for number, case in enumerate(self._cases)]
        try:
            async with Fleet(specs) as fleet:
                self.devices = {device.address: device for device in fleet.devices}
                await self._prepare(context)
                return await self._strike(context)
        finally:
            context.close()

    async def _prepare(self, context: Context) -> None:
        """Take the backups that are going to be restored, then change what was backed up."""
        if self._operation is Operation.RESTORE:
            spec = await backup_run(context, self.devices)
            context.journal.create_run(spec, first_events(spec))
            await Runner(context.home, context.journal, spec, self._secrets(), context.clock).run()
            _watched(context.journal).begun.clear()
        for case, (address, device) in zip(self._cases, self.devices.items(), strict=True):
            backed_up = dict(device.parameters.current)
            if self._operation is Operation.RESTORE:
                change_parameters(device)
            self._born[address] = Birth.of(device, backed_up)
            self._before[address] = self.look(address)
            for fault in case.early:
                device.add_fault(fault)

    async def _strike(self, context: Context) -> list[Result]:
        options = UpdateOptions(backup=self._backup, force=self._force)
        plan = partial(update_run, at_once=True) if self._handed_over else PLANS[self._operation]
        spec = await plan(context, self.devices, self._folder, options)
        spec = structs.replace(spec, items=tuple(map(self._timed, spec.items)))
        context.journal.create_run(spec, first_events(spec))
        looks = {address: self.look(address) for address in self.devices}
        self._arm(context.journal)
        await self._runner(context, spec, looks).run()
        verdicts: dict[str, list[VerdictReached]] = {address: [] for address in self.devices}
        for event in every_event(context.journal, spec.run):
            if isinstance(event, VerdictReached):
                verdicts[event.device].append(event)
        return [
            self._result(case, address, tuple(verdicts[address]), looks[address])
            for case, address in zip(self._cases, self.devices, strict=True)
        ]

    def _timed(self, item: PlanItem) -> PlanItem:
        """The item with the time-outs of its case."""
        unhurried = {
            address for address, case in zip(self.devices, self._cases, strict=True) if case.unhurried
        }
        if item.device not in unhurried:
            return item
        return structs.replace(item, target=structs.replace(item.target, timing=Timing()))

    def _runner(self, context: Context, spec: RunSpec, looks: dict[str, State]) -> Runner:
        secrets = structs.replace(self._secrets(), sessions=dict(context.sessions))
        runner = WatchedRunner(context.home, context.journal, spec, secrets, context.clock)
        runner.looks, runner.batch = looks, self
        return runner

    def _secrets(self) -> RunSecrets:
        return RunSecrets(passwords=dict.fromkeys(self.devices, PASSWORD), passphrase=PASSPHRASE)

    def _context(self) -> Context:
        context = open_context(
            home=self._folder / "home",
            password=PASSWORD,
            passphrase=PASSPHRASE,
            environ={},
            use_keyring=False,
            clock=SkippingClock(),
        )
        context.settings = Settings(timing=TIMING, limits=self.limits)
        context.home.create()
        journal = spoiled_journal(context.home.journal_file, self._pc)
        context.__dict__["journal"] = journal or WatchedJournal(context.home.journal_file)
        if self._pc == CLOCK_JUMPS:
            context.clock = JumpingClock(context.clock)
        if self._pc == NO_FOLDER:
            spoil_backups(context.home.backups)
        return context

    def _arm(self, journal: Journal) -> None:
        """Plant the faults that wait for a step; the plan has not met them."""
        for case, (address, device) in zip(self._cases, self.devices.items(), strict=True):
            for planted in case.planted:
                if planted.step is not None:
                    _plant(device, planted, address, _watched(journal))

    def look(self, address: str) -> State:
        """What the sensor really is now."""
        device, born = self.devices[address], self._born[address]
        return State(
            reachable=device.online and device.address == address,
            version=device.firmware_version,
            same_sensor=device.serial == born.serial,
            healthy=device.device_status in (3, 5),
            rebooted=device.power_on_count > born.power_on_count,
            update_state=device.update_state,
            phase=device.phase,
            requests=len(device.requests),
            stored=self._stored(device),
            unchanged=device.parameters.current == born.parameters,
            restored=device.parameters.current == born.backed_up,
            saved=device.parameters.saved == born.backed_up,
        )

    def _stored(self, device: Device) -> bool:
        if self._backups is None or self._operation is not Operation.BACKUP:
            return False
        return any(holds(device, self._backups.path(record)) for record in self._backups.list(device.serial))

    def _result(
        self, case: Case, address: str, verdicts: tuple[VerdictReached, ...], at_verdict: State
    ) -> Result:
        at_end = self.look(address)
        wrong = what_is_wrong(
            case, verdicts, (self._before[address], at_verdict, at_end), self.devices[address]
        )
        return Result(case=case, verdicts=verdicts, at_verdict=at_verdict, at_end=at_end, wrong=wrong)


def _watched(journal: Journal) -> WatchedJournal:
    if not isinstance(journal, WatchedJournal):
        raise TypeError
    return journal


def _plant(device: Device, planted: Planted, address: str, journal: WatchedJournal) -> None:
    behaviour = behaviour_of(planted.fault)
    strikes = behaviour.strikes

    def in_step(device: Device, request: Request | None = None) -> bool:
        if planted.lasting:
            strikes_now = planted.step in journal.begun[address]
        else:
            strikes_now = journal.steps.get(address) is planted.step
        return strikes_now and strikes(device, request)

    behaviour.strikes = in_step  # type: ignore[method-assign]
    assert isinstance(device.faults, FaultSet)
    device.faults.include(behaviour)
