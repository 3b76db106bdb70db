"""Single parameters: read, set with a question, saved on the sensor."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.parameters.compare import shown
from sicktui.engine.parameters.variables import variables
from sicktui.engine.parameters.write import (
    WritePlan,
    Written,
    persist_parameters,
    plan_write,
    read_parameter,
    write_parameter,
)
from sicktui.model.clock import timestamp
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.model.wording import moment
from sicktui.sensor.errors import OutcomeUnknown
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import TextForm, Tick, Wanted
from sicktui.tui.drawing.spans import Cell, Span, Tone, bullets, cell
from sicktui.tui.flows.login import ensure_access
from sicktui.tui.flows.progress import run_with_progress
from sicktui.tui.flows.restore import key_of
from sicktui.tui.flows.services import Services
from sicktui.tui.rows.parameters import Reading, editable
from sicktui.tui.screens.parameters import ParameterAct, ParameterRequest, ParameterScreen
from sicktui.tui.screens.snapshots import SnapshotReader, read_snapshots


async def edit_parameters(services: Services, device: str) -> None:
    """Show the parameters of a sensor until they are left."""
    targets = services.targets((device,))
    if targets:
        await ParameterEditor(services, targets[0]).run()


class ParameterEditor:
    """The parameters of one sensor: shows them and carries out what is chosen, until they are left."""

    def __init__(self, services: Services, target: Target) -> None:
        self._services = services
        self._target = target
        self._name = clean(target.device, 40)
        self._readings: dict[str, Reading] = {}
        self._selected = ""
        self._entered = True
        """Whether a value that was written is to be saved: as it was wished the last time."""

    async def run(self) -> None:
        """Show the parameters and act on each choice."""
        services, device = self._services, self._target.device
        await self._remember()
        last = services.dashboard.observations.get(device)
        family = last.identity.name if last and last.identity else ""
        names = variables(family, "full")
        while True:
            request = await services.ask(
                ParameterScreen(services.appearance, device, names, self._readings, selected=self._selected)
            )
            if request is None:
                return
            self._selected = request.name or self._selected
            try:
                await self._do(request)
            except SicktuiError as error:
                services.notify(f"{self._name}: {error}", "error")

    async def _do(self, request: ParameterRequest) -> None:
        match request.act:
            case ParameterAct.READ:
                await self._read(request.name)
            case ParameterAct.READ_ALL:
                await self._read_all()
            case ParameterAct.READ_OTHER:
                await self._read_other()
            case ParameterAct.SET:
                await self._set(request.name)
            case ParameterAct.SAVE:
                await save_parameters(self._services, (self._target.device,))

    async def _remember(self) -> None:
        """Begin with what the last full reading has found."""
        device = self._target.device
        try:
            kept = await asyncio.to_thread(
                read_snapshots, self._services.context, device, key_of(self._services, device)
            )
        except SicktuiError as error:
            self._services.notify(str(error), "error")
            return
        if kept:
            self._take(next((each for each in kept if each.scope == "full"), kept[0]))

    def _take(self, snapshot: Snapshot) -> None:
        when = moment(snapshot.taken, short=True)
        self._readings |= {name: Reading(value, when) for name, value in snapshot.values.items()}
        self._readings |= {name: Reading(None, when, why) for name, why in snapshot.unreadable.items()}

    async def _read(self, name: str) -> object:
        """Read one, and show it selected."""
        value = await run_with_progress(
            self._services,
            f"Reading {clean(name, 40)}",
            [cell(f"{self._name} is asked.")],
            lambda: read_parameter(self._services.context, self._target, name),
        )
        self._noted(name, value)
        return value

    def _noted(self, name: str, value: object) -> None:
        self._readings[name] = Reading(
            value, moment(timestamp(self._services.context.clock.now()), short=True)
        )
        self._selected = name

    async def _read_all(self) -> None:
        services = self._services
        taken = await services.ask(SnapshotReader(services.appearance, services.context, [self._target]))
        for snapshot in taken or []:
            self._take(snapshot)
        if self._readings.get(self._selected, Reading()).problem:
            self._selected = ""  # It has gone to the end of the list; the values stand on top.
        services.refresh_backups()  # parameters may be seen now to have changed since the last backup

    async def _read_other(self) -> None:
        lines = [cell("As the vendor's OpenAPI writes it, e.g. ScanDataEthSettings.", Tone.DIM)]
        wanted = [Wanted(name="name", label="Parameter")]
        entered = await self._services.ask(
            TextForm(self._services.appearance, "Read which parameter?", lines, wanted, does="read it")
        )
        if entered is not None and entered.texts["name"]:
            await self._read(entered.texts["name"])

    async def _set(self, name: str) -> None:
        """Old value, new value, question, write, read back."""
        services, target = self._services, self._target
        old = await self._read(name)
        if not await ensure_access(services, [target], "To write to it, its password is needed."):
            return
        text, problem = editable(old), ""
        while True:
            entered = await services.ask(self._form(name, old, text, problem))
            if entered is None:
                return
            text, self._entered = entered.texts["value"], entered.ticks["save"]
            try:
                plan = await self._planned(name, text)
            except SicktuiError as error:
                problem = str(error)
                continue
            if not plan.changes:
                services.notify(f"{clean(name)} is {clean(shown(old), 100)} already; nothing was written.")
                return
            asked = Confirm(
                services.appearance,
                "Write the parameter?",
                self._question(plan),
                yes="write it",
                no="leave it",
            )
            if await services.ask(asked):
                await self._write(plan)
            return

    async def _planned(self, name: str, text: str) -> WritePlan:
        return await run_with_progress(
            self._services,
            f"Checking {clean(name, 40)}",
            [cell(f"{self._name} is asked what it has now. Nothing is written yet.")],
            lambda: plan_write(self._services.context, self._target, name, text),
        )

    def _form(self, name: str, old: object, text: str, problem: str) -> TextForm:
        kind = "plain text" if isinstance(old, str) else 'JSON: 4, 2.5, true, [192,168,0,1], {"Port": 2115}'
        lines: list[Cell] = [
            (Span(f"{clean(name)} is now ", Tone.DIM), Span(clean(shown(old), 400), Tone.KEY)),
            cell(f"Written as {kind}. Of an object, the fields to change are enough.", Tone.DIM),
        ]
        wanted = [Wanted(name="value", label="New value", value=clean(text, 4000))]
        tick = Tick(name="save", label="save it on the sensor, to survive a power cycle", value=self._entered)
        return TextForm(
            self._services.appearance, f"Set {clean(name, 40)}", lines, wanted, ticks=[tick], problem=problem
        )

    def _question(self, plan: WritePlan) -> list[Cell]:
        who = plan.identity.label or "not told"
        kept = "It is saved, and survives a power cycle."
        lost = "It is NOT saved: a power cycle may lose it."
        warnings: Sequence[Cell] = [
            cell(f"{self._services.appearance.glyphs.warning} {clean(warning, 400)}", Tone.WARN)
            for warning in plan.warnings
        ]
        return [
            (Span(self._name, Tone.KEY), Span(f"  serial number {clean(who)}", Tone.DIM)),
            (),
            (Span(f"{clean(plan.name)} from  ", Tone.DIM), Span(clean(shown(plan.old), 600))),
            (Span("to  ", Tone.DIM), Span(clean(shown(plan.new), 600), Tone.KEY)),
            (),
            *warnings,
            cell(kept if self._entered else lost, Tone.PLAIN if self._entered else Tone.WARN),
        ]

    async def _write(self, plan: WritePlan) -> None:
        services, target = self._services, self._target
        try:
            written = await run_with_progress(
                services,
                f"Writing {clean(plan.name, 40)}",
                [cell(f"{self._name} is written to, and read back.")],
                lambda: write_parameter(services.context, target, plan.name, plan.new, persist=self._entered),
                stops=False,
            )
        except OutcomeUnknown as error:
            services.notify(
                f"{self._name}: nobody knows whether it was written. {error} Read it again.", "error"
            )
            return
        self._noted(plan.name, written.new)
        unsaved = written.persisted is False
        services.notify(
            f"{self._name}: {clean(str(written), 300)} {saved_words(written)}".strip(),
            "warning" if unsaved else "information",
        )
        services.reread_sensor(target.device)


def saved_words(written: Written) -> str:
    """Whether what was written survives a power cycle."""
    match written.persisted:
        case True:
            return "Saved on the sensor."
        case False:
            return "The sensor has no call to save it: the next power cycle may lose it."
        case None:
            return "Not saved."


async def save_parameters(services: Services, devices: tuple[str, ...]) -> None:
    """Let sensors save their parameters, so that these survive a power cycle."""
    targets = services.targets(devices)
    names = bullets([target.device for target in targets])
    question = [
        cell("What these sensors are set to now is saved on them, and survives a power cycle:"),
        *names,
    ]
    asked = Confirm(services.appearance, "Save the parameters?", question, yes="save", no="leave them")
    if not await services.ask(asked):
        return
    if not await ensure_access(services, targets, "To save parameters, the password is needed."):
        return
    await run_with_progress(
        services,
        "Saving parameters",
        names,
        lambda: asyncio.gather(*(_save(services, target) for target in targets)),
        stops=False,
    )


async def _save(services: Services, target: Target) -> None:
    name = clean(target.device, 40)
    try:
        done = await persist_parameters(services.context, target)
    except SicktuiError as error:
        services.notify(f"{name}: its parameters were not saved. {error}", "error")
        return
    if done:
        services.notify(f"{name}: its parameters are saved.")
    else:
        services.notify(f"{name} has no call to save its parameters.", "warning")
