"""Commissions new sensors from a list: asks for the file, shows it, confirms, sets up, shows the verdicts."""

import asyncio

from sicktui.engine.address.commission import Commissioned, OnDone, OnWords, commission
from sicktui.engine.address.this_pc import ThisPc
from sicktui.model.errors import SicktuiError
from sicktui.model.network.commissioning import Entry, outside_of
from sicktui.model.search.records import address_of
from sicktui.stores.config.commissioning_file import read_commissioning
from sicktui.stores.config.device_files import ImportProblems
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.flows.sensors.device_files import problems_notice
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.address import OutsideForm
from sicktui.tui.screens.sensors.commission import CommissionProgress, list_form, list_lines, result_lines


async def commission_list(services: Services) -> None:
    """Give new sensors their addresses and names, from a file."""
    values: FormValues | None = None
    problem = ""
    while True:
        values = await services.ask(list_form(services.appearance, values, problem))
        if values is None:
            return
        try:
            targets = values["target"].split()
            lan = ThisPc(services.context, targets=targets, broadcast=not values.checked("quiet"))
            path = values.path("file")
            entries = await asyncio.to_thread(read_commissioning, path, loopback=lan.simulated)
            break
        except ImportProblems as error:
            problem = ""
            await services.ask(problems_notice(services, error, title="The file cannot be used"))
        except SicktuiError as error:
            problem = str(error)
    if await _agreed(services, entries, lan):
        await _set_up(services, entries, lan, values)


async def _agreed(services: Services, entries: list[Entry], lan: ThisPc) -> bool:
    outside = outside_of(entries, list(await lan.networks()))
    lines = list_lines(entries, outside, services.appearance.glyphs.warning)
    if outside:
        return await services.ask(OutsideForm(services.appearance, "outside", lines)) is True
    confirm = Confirm(services.appearance, "Set up these sensors?", lines, yes="set up", no="cancel")
    return await services.ask(confirm) is True


async def _set_up(services: Services, entries: list[Entry], lan: ThisPc, values: FormValues) -> None:
    context = services.context
    if password := values["password"]:
        for entry in entries:
            place = address_of(entry.config.address, int(values["port"]))
            context.credentials.hold(entry.name or place, context.settings.device.user, password)
    done: list[Commissioned] = []

    async def work(on_words: OnWords, on_done: OnDone) -> list[Commissioned]:
        def noted(result: Commissioned) -> None:
            done.append(result)
            on_done(result)

        return await commission(
            context,
            entries,
            lan,
            wait=float(values["wait"]),
            port=int(values["port"]),
            on_words=on_words,
            on_done=noted,
        )

    ended = await services.ask(CommissionProgress(services.appearance, entries, work))
    await services.reload_devices()
    if ended is not None and ended.error is not None:
        raise ended.error
    lines = result_lines(done)
    if ended is None:
        labels = {entry.label for entry in entries}
        for change in await asyncio.to_thread(context.address_changes.every):
            if change.device in labels:
                services.warn(f"{change.device}: {change.words}")
        services.notify("Stopped. The sensors that are not listed as done were left as they are.", "warning")
    if lines:
        await services.ask(Notice(services.appearance, "Commissioning", lines))
