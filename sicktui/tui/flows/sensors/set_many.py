"""Sets one parameter of several sensors: form, plan, question, writes."""

from sicktui.engine.parameters.write_many import plan_set
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.tui.dialogs.fields import CheckField, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Tone, cell
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.set_many import SetScreen


async def set_many(services: Services, devices: tuple[str, ...]) -> None:
    """Ask for the parameter and its value, show what each sensor would get, and write it once confirmed."""
    targets = services.targets(devices)
    if not targets or not await ensure_access(services, targets, "Writing requires a password."):
        return
    name, value, save, problem = "", "", True, ""
    while True:
        values = await services.ask(_form(services, devices, name, value, problem, save=save))
        if values is None:
            return
        name, value, save = values["name"], values["value"], values.checked("save")
        reading = f"Reading {clean(name, 40)} of {count(len(targets), 'sensor')}"
        try:
            plans = await services.work(reading, plan_set(services.context, targets, name, value))
        except UsageError as error:
            problem = str(error)
            continue
        screen = SetScreen(services.appearance, services.context, name, plans, save=save)
        if await services.ask(screen):
            for target in targets:
                services.reread_sensor(target.device)
            services.refresh_backups()
            return
        problem = ""


def _form(
    services: Services, devices: tuple[str, ...], name: str, value: str, problem: str, *, save: bool
) -> ValuesForm:
    lines = [
        cell(names([clean(device, 40) for device in devices], 8), Tone.KEY),
        cell("The name as in the vendor's OpenAPI, e.g. ScanDataEthSettings.", Tone.DIM),
        cell('The value: plain text, or JSON: 4, 2.5, true, [192,168,0,1], {"Port": 2115}.', Tone.DIM),
        cell("You will see what changes on each sensor before anything is written."),
    ]
    fields = (
        TextField(name="name", label="Parameter", value=name, required=True),
        TextField(name="value", label="New value", value=value),
        CheckField(name="save", label="save it on the sensors, to survive a power cycle", value=save),
    )
    title = f"Set a parameter of {count(len(devices), 'sensor')}"
    return ValuesForm(services.appearance, title, lines, fields, problem=problem, submit="show the plan")
