"""Reads and sets single parameters, and saves them on the sensor."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from sicktui.engine.parameters.compare import shown
from sicktui.engine.parameters.plan import WritePlan, touched
from sicktui.engine.parameters.snapshot import snapshots_of
from sicktui.engine.parameters.variables import variables
from sicktui.engine.parameters.write import (
    NotSaved,
    WriteResult,
    persist_parameters,
    plan_write,
    read_each,
    read_parameter,
    understood,
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
from sicktui.tui.dialogs.fields import CheckField, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, bullets, cell
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.progress import run_with_progress
from sicktui.tui.flows.sensors.set_many import set_many
from sicktui.tui.flows.services import Services, backup_key
from sicktui.tui.rows.parameters.table import ParameterReading, editable
from sicktui.tui.screens.sensors.parameters import ParameterAct, ParameterRequest, ParameterScreen
from sicktui.tui.screens.sensors.snapshots import SnapshotReader
from sicktui.tui.state.pending import Stopped


async def parameters(services: Services, devices: tuple[str, ...]) -> None:
    """Show the parameters of a sensor until they are left; of several sensors, set one."""
    targets = services.targets(devices)
    if len(targets) > 1:
        await set_many(services, devices)
    elif targets:
        await ParameterEditor(services, targets[0]).run()


class ParameterEditor:
    """The parameters of one sensor: shows them and carries out what is chosen, until they are left."""

    def __init__(self, services: Services, target: Target) -> None:
        self._services = services
        self._target = target
        self._name = clean(target.device, 40)
        self._readings: dict[str, ParameterReading] = {}
        self._selected = ""
        self._stale: set[str] = set()
        """What was read before the last write, which may have changed it."""
        self._save = True
        """Whether the sensor saves a written value, as chosen the last time."""

    async def run(self) -> None:
        """Show the parameters and act on each choice."""
        services, device = self._services, self._target.device
        await self._remember()
        last = services.dashboard.observations.get(device)
        seen = last.identity if last else None
        names = variables(seen.name if seen else "", "full", seen.version if seen else None)
        while True:
            request = await services.ask(
                ParameterScreen(
                    services.appearance,
                    device,
                    names,
                    self._readings,
                    selected=self._selected,
                    reread=self._reread if self._stale else None,
                )
            )
            if request is None:
                return
            self._selected = request.name or self._selected
            try:
                await self._do(request)
            except Stopped:
                services.notify("Stopped.")
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
        """Begin with the newest snapshot, a full one if there is one."""
        device = self._target.device
        try:
            kept = await asyncio.to_thread(
                snapshots_of, self._services.context, device, backup_key(self._services, device)
            )
        except SicktuiError as error:
            self._services.notify(str(error), "error")
            return
        if kept:
            self._take(next((each for each in kept if each.scope == "full"), kept[0]))

    def _take(self, snapshot: Snapshot) -> None:
        when = moment(snapshot.taken, short=True)
        self._readings |= {name: ParameterReading(value, when) for name, value in snapshot.values.items()}
        self._stale -= snapshot.values.keys()
        self._readings |= {
            name: ParameterReading(None, when, why) for name, why in snapshot.unreadable.items()
        }

    async def _read(self, name: str) -> object:
        """Read one and select it."""
        value = await self._services.work(
            f"Reading {clean(name, 40)} of {self._name}",
            read_parameter(self._services.context, self._target, name),
        )
        self._note(name, value)
        self._selected = name
        return value

    def _note(self, name: str, value: object, why: str = "") -> None:
        when = moment(timestamp(self._services.context.clock.now()), short=True)
        self._readings[name] = ParameterReading(value, when, why)
        self._stale.discard(name)

    async def _reread(self) -> AsyncIterator[int]:
        """Read again what a write may have changed, the selected one first."""
        names = sorted(self._stale, key=lambda name: (name != self._selected, name.lower()))
        async for name, value, why in read_each(self._services.context, self._target, names):
            self._note(name, value, why)
            yield len(self._stale)

    async def _read_all(self) -> None:
        services = self._services
        taken = await services.ask(SnapshotReader(services.appearance, services.context, [self._target]))
        for snapshot in taken or []:
            self._take(snapshot)
        if self._readings.get(self._selected, ParameterReading()).problem:
            self._selected = ""  # It moved to the end of the list; the values are on top.
        services.refresh_backups()  # parameters may turn out to have changed since the last backup

    async def _read_other(self) -> None:
        lines = [cell("The name as in the vendor's OpenAPI, e.g. ScanDataEthSettings.", Tone.DIM)]
        field = TextField(name="name", label="Parameter", required=True)
        values = await self._services.ask(
            ValuesForm(self._services.appearance, "Read a parameter", lines, [field], submit="read")
        )
        if values is not None:
            await self._read(values["name"])

    async def _set(self, name: str) -> None:
        """Ask for the new value, confirm, write, read back."""
        services, target = self._services, self._target
        old = await self._read(name)
        if not await ensure_access(services, [target], "Writing requires a password."):
            return
        text, problem = editable(old), ""
        while True:
            values = await services.ask(self._form(name, old, text, problem))
            if values is None:
                return
            text, self._save = values["value"], values.checked("save")
            try:
                plan = await self._planned(name, text, old)
            except SicktuiError as error:
                problem = str(error)
                continue
            if not plan.changes:
                services.notify(f"{clean(name)} is already {clean(shown(old), 100)}; nothing was written.")
                return
            lines = write_question(services, target, plan, save=self._save)
            if await services.ask(
                Confirm(services.appearance, "Write the parameter?", lines, yes="write", no="cancel")
            ):
                await self._write(plan)
            return

    async def _planned(self, name: str, text: str, old: object) -> WritePlan:
        """The write, with only those fields of a struct that differ from what the form began with."""
        if isinstance(old, dict):
            text = msgspec.json.encode(touched(understood(name, text, old), old)).decode()
        return await self._services.work(
            f"Reading the current {clean(name, 40)} of {self._name}",
            plan_write(self._services.context, self._target, name, text),
        )

    def _form(self, name: str, old: object, text: str, problem: str) -> ValuesForm:
        kind = "plain text" if isinstance(old, str) else 'JSON: 4, 2.5, true, [192,168,0,1], {"Port": 2115}'
        lines: list[Cell] = [
            (Span(f"{clean(name)} is now ", Tone.DIM), Span(clean(shown(old), 400), Tone.KEY)),
            cell(f"Enter {kind}. For an object, give only the fields to change.", Tone.DIM),
        ]
        fields = (
            TextField(name="value", label="New value", value=clean(text, 4000)),
            CheckField(
                name="save", label="save it on the sensor, to survive a power cycle", value=self._save
            ),
        )
        return ValuesForm(self._services.appearance, f"Set {clean(name, 40)}", lines, fields, problem=problem)

    async def _write(self, plan: WritePlan) -> None:
        written = await write_value(self._services, self._target, plan, save=self._save)
        if written is not None:
            self._stale = {name for name, reading in self._readings.items() if not reading.problem}
            self._note(plan.name, written.new)


def write_question(services: Services, target: Target, plan: WritePlan, *, save: bool) -> list[Cell]:
    """What is confirmed before a parameter is written."""
    serial = plan.identity.label or "unknown"
    saved = cell("Saved on the sensor: survives a power cycle.")
    lost = cell("NOT saved on the sensor: a power cycle may lose it.", Tone.WARN)
    return [
        (Span(clean(target.device, 40), Tone.KEY), Span(f"  serial number {clean(serial)}", Tone.DIM)),
        (),
        (Span(f"{clean(plan.name)} from  ", Tone.DIM), Span(clean(shown(plan.old), 600))),
        (Span("to  ", Tone.DIM), Span(clean(shown(plan.new), 600), Tone.KEY)),
        (),
        *(
            cell(f"{services.appearance.glyphs.warning} {clean(warning, 400)}", Tone.WARN)
            for warning in plan.warnings
        ),
        saved if save else lost,
    ]


async def write_value(
    services: Services, target: Target, plan: WritePlan, *, save: bool
) -> WriteResult | None:
    """Write what was confirmed, read it back and report the result; ``None`` unless that worked."""
    name, parameter = clean(target.device, 40), plan.name
    try:
        written = await run_with_progress(
            services,
            f"Writing {clean(parameter, 40)}",
            [cell(f"Writing to {name} and reading back.")],
            lambda: write_parameter(
                services.context, target, parameter, plan.new, persist=save, planned=plan
            ),
            stops=False,
        )
    except (OutcomeUnknown, NotSaved) as error:
        services.notify(f"{name}: {error}", "error")
        return None
    except SicktuiError as error:
        services.notify(f"{name}: {clean(parameter)} was not written. {error}", "error")
        return None
    finally:
        services.reread_sensor(target.device)
    services.notify(
        f"{name}: {clean(str(written), 300)} {saved_words(written)}".strip(),
        "warning" if written.persisted is False else "information",
    )
    return written


def saved_words(written: WriteResult) -> str:
    """Whether what was written survives a power cycle."""
    match written.persisted:
        case True:
            return "Saved on the sensor."
        case False:
            return "The sensor cannot save it: the next power cycle may lose it."
        case None:
            return "Not saved."


async def save_parameters(services: Services, devices: tuple[str, ...]) -> None:
    """Save the parameters on the sensors, so that they survive a power cycle."""
    targets = services.targets(devices)
    names = bullets([target.device for target in targets])
    question = [
        cell("Saves the present parameters on these sensors, so that they survive a power cycle:"),
        *names,
    ]
    asked = Confirm(services.appearance, "Save the parameters?", question, yes="save", no="cancel")
    if not await services.ask(asked):
        return
    if not await ensure_access(services, targets, "Saving parameters requires a password."):
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
    except OutcomeUnknown as error:
        services.notify(f"{name}: {error}", "error")
        return
    except SicktuiError as error:
        services.notify(f"{name}: parameters were not saved. {error}", "error")
        return
    if done:
        services.notify(f"{name}: parameters saved.")
    else:
        services.notify(f"{name} does not support saving its parameters.", "warning")
