"""Runs many cases at once: a simulated sensor for each, one plan and one run over all of them."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sicktui.engine.context import Context, open_context
from sicktui.engine.history import every_event
from sicktui.engine.invitation import RunSecrets
from sicktui.engine.launch import first_events, new_spec
from sicktui.engine.planning import plan_update
from sicktui.engine.runner import Runner
from sicktui.engine.targets import choose
from sicktui.model.event import Event, StepChanged, VerdictReached
from sicktui.model.package import Package
from sicktui.model.plan import RunSpec, UpdateOptions
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.model.words import Operation, Step, StepState
from sicktui.simulator import Device, Fleet, make_package
from sicktui.simulator.faults import behaviour_of
from sicktui.simulator.http import Request
from sicktui.stores.journal import Journal
from sicktui.stores.packages import inspect_package
from tests.reliability.case import NEW, Case, Planted, Result, State
from tests.reliability.oracle import what_is_wrong
from tests.reliability.skipping import SkippingClock, SkippingLoop

# The HTTP library asks for it at every request. Where it is not installed, that is a search of the disk,
# which made a fifth of the whole matrix; so it is said once that it is not there.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

TIMING: Final = Timing(
    poll_interval=1.0,
    autostart_wait=2.0,
    flash_timeout=30.0,
    reconnect_timeout=30.0,
    reconnect_interval=1.0,
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
    bench: "Bench"

    async def _reached(self, event: VerdictReached) -> None:
        self.looks[event.device] = self.bench.look(event.device)
        await super()._reached(event)


class Bench:
    """One batch of cases of one family."""

    def __init__(self, cases: Sequence[Case], folder: Path) -> None:
        self._cases = cases
        self._folder = folder
        self._devices: dict[str, Device] = {}
        self._born: dict[str, tuple[str, int]] = {}

    def run(self) -> list[Result]:
        """Run all of them in a loop that skips the waiting."""
        with asyncio.Runner(loop_factory=SkippingLoop) as runner:
            return runner.run(self._update())

    async def _update(self) -> list[Result]:
        """Plan and update all of them; say of each what came out and what is wrong with it."""
        context = self._context()
        specs = [case.spec(f"sensor-{number}") for number, case in enumerate(self._cases)]
        try:
            async with Fleet(specs) as fleet:
                self._devices = {device.address: device for device in fleet.devices}
                self._born = {
                    address: (device.serial, device.power_on_count)
                    for address, device in self._devices.items()
                }
                return await self._run(context)
        finally:
            context.close()

    async def _run(self, context: Context) -> list[Result]:
        package = self._package()
        targets = choose(list(self._devices), context.devices(), context.settings)
        items = await plan_update(context, targets, package, UpdateOptions())
        spec = new_spec(context, Operation.UPDATE, items, package=package)
        context.journal.create_run(spec, first_events(spec))
        looks = {address: self.look(address) for address in self._devices}
        self._arm(context.journal)
        await self._runner(context, spec, looks).run()
        verdicts: dict[str, list[VerdictReached]] = {address: [] for address in self._devices}
        for event in every_event(context.journal, spec.run):
            if isinstance(event, VerdictReached):
                verdicts[event.device].append(event)
        return [
            self._result(case, address, tuple(verdicts[address]), looks[address])
            for case, address in zip(self._cases, self._devices, strict=True)
        ]

    def _runner(self, context: Context, spec: RunSpec, looks: dict[str, State]) -> Runner:
        secrets = RunSecrets(passwords=dict.fromkeys(self._devices, PASSWORD), passphrase="pass")
        runner = WatchedRunner(context.home, context.journal, spec, secrets, context.clock)
        runner.looks, runner.bench = looks, self
        return runner

    def _context(self) -> Context:
        context = open_context(
            home=self._folder / "home",
            password=PASSWORD,
            environ={},
            use_keyring=False,
            clock=SkippingClock(),
        )
        limits = Limits(jobs=12, max_failures=10_000, requests_per_second=1_000.0)
        context.settings = Settings(timing=TIMING, limits=limits)
        context.home.create()
        context.__dict__["journal"] = WatchedJournal(context.home.journal_file)
        return context

    def _package(self) -> Package:
        [family] = {device.generation.family.name for device in self._devices.values()}
        path = self._folder / f"{family}_{NEW}.spk.signed"
        make_package(path, family, NEW, size=60_000, signed=True)
        return inspect_package(path)

    def _arm(self, journal: Journal) -> None:
        """Plant the faults that wait for a step; the plan has not met them."""
        if not isinstance(journal, WatchedJournal):
            raise TypeError
        for case, (address, device) in zip(self._cases, self._devices.items(), strict=True):
            for planted in case.planted:
                if planted.step is not None:
                    _plant(device, planted, address, journal)

    def look(self, address: str) -> State:
        """What the sensor really is now."""
        device = self._devices[address]
        serial, power_on_count = self._born[address]
        return State(
            reachable=device.online and device.address == address,
            version=device.firmware_version,
            same_sensor=device.serial == serial,
            healthy=device.device_status in (3, 5),
            rebooted=device.power_on_count > power_on_count,
            update_state=device.update_state,
            phase=device.phase,
            requests=len(device.requests),
        )

    def _result(
        self, case: Case, address: str, verdicts: tuple[VerdictReached, ...], at_verdict: State
    ) -> Result:
        at_end = self.look(address)
        wrong = what_is_wrong(case, verdicts, at_verdict, at_end, self._devices[address])
        return Result(case=case, verdicts=verdicts, at_verdict=at_verdict, at_end=at_end, wrong=wrong)


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
    device.faults._all.append(behaviour)
    behaviour.on_start(device)
