"""Shows all backups on this PC; imports backups and deletes old ones."""

import asyncio
from typing import Final

from sicktui.engine.backup.imports import import_facts
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, moment, more, size
from sicktui.stores.backups.export import BackupOnDisk, import_file, inspect_file
from sicktui.stores.backups.prune import PrunePlan, PruneRule, plan_prune, prune
from sicktui.stores.backups.store import BackupFacts, BackupRecord
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues, PathField, TextField, whole_number
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.passwords.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.sensors.diff import compare_backups
from sicktui.tui.flows.services import Services, backup_key
from sicktui.tui.screens.backups.backups import BackupsAct, BackupsScreen

_SHOWN: Final = 300
"""Backups listed in the question; the rest are counted."""


async def browse_backups(services: Services) -> None:
    """Show all backups until the operator leaves."""
    # Verifying tries passphrases on the backups: it must not fail because the vault is locked.
    await unlock_passphrases(services, services.targets(tuple(services.profiles())))
    selected: str | None = None
    while True:
        answer = await services.ask(BackupsScreen(services.appearance, services.context, selected=selected))
        if answer is None:
            return
        selected = answer.selected
        if answer.act is BackupsAct.IMPORT:
            taken = await _import(services)
            selected = taken.id if taken else selected
        elif answer.act is BackupsAct.COMPARE:
            await _compare(services, answer.compare)
        else:
            await _prune(services)
        services.refresh_backups()


async def _compare(services: Services, records: tuple[BackupRecord, ...]) -> None:
    first = records[0]
    stored_under = (name for name in services.profiles() if backup_key(services, name) == first.key)
    device = next(stored_under, first.device)
    if len(records) == 1 and not services.targets((device,)):
        words = "Its sensor is no longer in the device list. Mark two backups to compare them."
        services.notify(words, "warning")
        return
    await compare_backups(services, records, device)


# -- import -----------------------------------------------------------------------------------

_FIELDS: Final = (
    TextField(name="serial", label="Serial number", hint="of the sensor"),
    TextField(name="device", label="Device", hint="name in the device list"),
    TextField(name="model", label="Model", hint="DeviceType, for example PICS150-1"),
    TextField(name="firmware", label="Firmware", hint="version that wrote the backup"),
)


async def _import(services: Services) -> BackupRecord | None:
    """Import a backup file; what its metadata does not contain is asked."""
    file, problem = "", ""
    lines = [
        cell("Copies a backup file to the backups of this PC."),
        cell("Its metadata (.json) is read if it is in the same folder.", Tone.DIM),
    ]
    while True:
        field = PathField(name="file", label="File", value=file, hint="path of a backup file", required=True)
        form = ValuesForm(
            services.appearance, "Import a backup", lines, [field], problem=problem, submit="continue"
        )
        values = await services.ask(form)
        if values is None:
            return None
        file = values["file"]
        try:
            found = await asyncio.to_thread(inspect_file, values.path("file"))
            facts = None if found.sidecar else await _ask_facts(services, found)
            if found.sidecar is None and facts is None:
                return None
            record, new = await asyncio.to_thread(import_file, services.context.backups, found, facts)
        except SicktuiError as error:
            problem = str(error)
            continue
        words = "imported" if new else "already stored here"
        services.notify(f"Backup {record.id} of {record.device}: {words}.")
        return record


async def _ask_facts(services: Services, found: BackupOnDisk) -> BackupFacts | None:
    """Ask which sensor a file without metadata belongs to."""
    lines: list[Cell] = [(Span(clean(found.path.name, 100), Tone.KEY), Span(f"  {size(found.size)}"))]
    if found.warning:
        lines.append(cell(clean(found.warning, 400), Tone.WARN))
    lines.append(
        cell("There is no metadata for this file. The serial number is required; the rest is optional.")
    )

    def check(values: FormValues) -> str:
        return "" if values["serial"] else "Enter the serial number of the sensor this backup belongs to."

    values = await services.ask(
        ValuesForm(
            services.appearance, "Which sensor is it from?", lines, _FIELDS, check=check, submit="import"
        )
    )
    if values is None:
        return None
    return import_facts(
        services.context,
        values["serial"],
        device=values["device"] or None,
        model=values["model"] or None,
        firmware=values["firmware"] or None,
    )


# -- prune ------------------------------------------------------------------------------------


def _rule_problem(values: FormValues) -> str:
    keep, days = values["keep"], values["days"]
    if not keep and not days:
        return "Enter a number to keep, an age, or both."
    return (keep and whole_number(keep, "Keep", least=1)) or (
        days and whole_number(days, "Older than", least=0)
    )


async def _prune(services: Services) -> None:
    """Ask for the rule, show what would be deleted, and delete it once that is confirmed."""
    lines = [
        cell("You will see what would be deleted before anything happens."),
        cell("The last good backup of each sensor is always kept.", Tone.GOOD),
    ]
    fields = (
        TextField(name="keep", label="Keep", hint="number of intact backups to keep per sensor"),
        TextField(name="days", label="Older than", hint="days; with both filled in, both apply"),
    )
    values = await services.ask(
        ValuesForm(
            services.appearance,
            "Delete old backups",
            lines,
            fields,
            check=_rule_problem,
            submit="show the plan",
        )
    )
    if values is None:
        return
    keep, days = values["keep"], values["days"]
    rule = PruneRule(keep=int(keep) if keep else None, older_than_days=float(days) if days else None)
    context = services.context
    try:
        plan = await asyncio.to_thread(plan_prune, context.backups, rule, context.clock.now())
        if not plan.remove and not plan.leftovers:
            stays = [cell("Nothing would be deleted."), cell(_stays(plan), Tone.DIM)]
            await services.ask(Notice(services.appearance, "Delete old backups", stays))
        elif await services.ask(
            Confirm(services.appearance, "Delete for good?", _consequences(plan), yes="delete", no="keep")
        ):
            gone = await asyncio.to_thread(lambda: list(prune(context.backups, plan, context.snapshots)))
            services.notify(f"{count(len(gone), 'backup')} deleted. {_stays(plan)}")
    except SicktuiError as error:
        services.notify(str(error), "error")


def _stays(plan: PrunePlan) -> str:
    kept, sensors = count(len(plan.keep), "backup"), count(len(plan.last_good), "sensor")
    return f"{kept} kept, including the last good one of {sensors}."


def _consequences(plan: PrunePlan) -> list[Cell]:
    number = count(len(plan.remove), "backup")
    lines: list[Cell] = [cell(f"{number} will be deleted, {size(plan.bytes)}:", Tone.WARN)]
    for version in plan.remove[:_SHOWN]:
        record = version.record
        valid = f"  last confirmed {moment(version.last_seen)}  {size(record.size)}"
        lines.append(
            (
                Span(f"  {clean(record.device, 30)}  ", Tone.KEY),
                Span(clean(record.id, 60)),
                Span(valid, Tone.DIM),
            )
        )
    if rest := more(len(plan.remove), _SHOWN):
        lines.append(cell(f"  {rest}"))
    if plan.leftovers:
        left = count(len(plan.leftovers), "file")
        lines.append(cell(f"{left} left behind by killed processes will be deleted too.", Tone.DIM))
    return [*lines, (), cell(_stays(plan))]
