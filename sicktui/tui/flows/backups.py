"""Looks at all backups of this PC; takes one in from elsewhere, and deletes old ones."""

import asyncio
from typing import Final

from sicktui.model.clock import timestamp
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, moment, more, size
from sicktui.stores.backups.export import BackupOnDisk, bring_in, look_at
from sicktui.stores.backups.prune import PrunePlan, PruneRule, plan_prune, prune
from sicktui.stores.backups.store import BackupFacts, BackupRecord
from sicktui.stores.disk.locks import operator
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import Entered, TextForm, Wanted, whole_number
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.backups import BackupsAct, BackupsScreen

_SHOWN: Final = 300
"""Backups that are named in a plan; more are counted."""


async def browse_backups(services: Services) -> None:
    """Show all backups until they are left."""
    # A verification tells whether a passphrase opens a backup: it must not fail for a vault that is locked.
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
        else:
            await _prune(services)
        services.refresh_backups()


# -- import -----------------------------------------------------------------------------------

_FIELDS: Final = (
    Wanted(name="serial", label="Serial number", hint="of the sensor that gave it"),
    Wanted(name="device", label="Device", hint="what the sensor is called"),
    Wanted(name="model", label="Model", hint="its DeviceType, e.g. PICS150-1"),
    Wanted(name="firmware", label="Firmware", hint="that wrote it"),
)


async def _import(services: Services) -> BackupRecord | None:
    """Take a backup file in; what no metadata tell is asked."""
    file, problem = "", ""
    while True:
        lines = [
            cell("A backup file from elsewhere is copied to the backups of this PC."),
            cell("What is known of it is read from its metadata, if they lie beside it (.json).", Tone.DIM),
        ]
        wanted = Wanted(name="file", label="File", value=file, hint="the path of a backup file")
        form = TextForm(
            services.appearance, "Import a backup", lines, [wanted], problem=problem, does="look at it"
        )
        entered = await services.ask(form)
        if entered is None or not entered.texts["file"]:
            return None
        file = entered.texts["file"]
        try:
            found = await asyncio.to_thread(look_at, entered.path("file"))
            facts = None if found.sidecar else await _ask_facts(services, found)
            if found.sidecar is None and facts is None:
                return None
            record, new = await asyncio.to_thread(bring_in, services.context.backups, found, facts)
        except SicktuiError as error:
            problem = str(error)
            continue
        words = "is kept now" if new else "was kept here already"
        services.notify(f"The backup {record.id} of {record.device} {words}.")
        return record


async def _ask_facts(services: Services, found: BackupOnDisk) -> BackupFacts | None:
    """Ask which sensor a file without metadata is of."""
    lines: list[Cell] = [(Span(clean(found.path.name, 100), Tone.KEY), Span(f"  {size(found.size)}"))]
    if found.warning:
        lines.append(cell(clean(found.warning, 400), Tone.WARN))
    lines.append(cell("No metadata say what it is. The serial number is needed, the rest helps."))

    def check(entered: Entered) -> str:
        return "" if entered.texts["serial"] else "Without the serial number nobody knows whose it is."

    form = TextForm(
        services.appearance, "Which sensor is it of?", lines, _FIELDS, check=check, does="import it"
    )
    entered = await services.ask(form)
    if entered is None:
        return None
    texts = entered.texts
    return BackupFacts(
        device=texts["device"] or texts["serial"],
        serial=texts["serial"],
        model=texts["model"] or None,
        version=texts["firmware"] or None,
        created=timestamp(services.context.clock.now()),
        operator=str(operator()),
        run=None,
    )


# -- prune ------------------------------------------------------------------------------------


def _rule_problem(entered: Entered) -> str:
    keep, days = entered.texts["keep"], entered.texts["days"]
    if not keep and not days:
        return "Which ones may go? Fill in one of the two, or both."
    return (keep and whole_number(keep, "Keep", least=1)) or (
        days and whole_number(days, "Older than", least=0)
    )


async def _prune(services: Services) -> None:
    """Ask for the rule, show what would go, delete it only if that is agreed to."""
    lines = [
        cell("First it is only shown what would go."),
        cell("The last good backup of each sensor always stays.", Tone.GOOD),
    ]
    fields = (
        Wanted(name="keep", label="Keep", hint="the newest so many whole ones of each sensor"),
        Wanted(name="days", label="Older than", hint="days; younger ones stay. Both filled in: both hold"),
    )
    form = TextForm(
        services.appearance,
        "Delete old backups",
        lines,
        fields,
        check=_rule_problem,
        does="show what would go",
    )
    entered = await services.ask(form)
    if entered is None:
        return
    keep, days = entered.texts["keep"], entered.texts["days"]
    rule = PruneRule(keep=int(keep) if keep else None, older_than_days=float(days) if days else None)
    context = services.context
    try:
        plan = await asyncio.to_thread(plan_prune, context.backups, rule, context.clock.now())
        if not plan.remove and not plan.leftovers:
            stays = [cell("Nothing would be deleted."), cell(_stays(plan), Tone.DIM)]
            await services.ask(Notice(services.appearance, "Delete old backups", stays))
        elif await services.ask(
            Confirm(
                services.appearance,
                "Delete them for good?",
                _consequences(plan),
                yes="delete",
                no="keep them",
            )
        ):
            gone = await asyncio.to_thread(lambda: list(prune(context.backups, plan, context.snapshots)))
            services.notify(f"{count(len(gone), 'backup')} deleted. {_stays(plan)}")
    except SicktuiError as error:
        services.notify(str(error), "error")


def _stays(plan: PrunePlan) -> str:
    kept, sensors = len(plan.keep), len(plan.last_good)
    stay = f"{count(kept, 'backup')} {'stays' if kept == 1 else 'stay'}"
    return f"{stay}, among them the last good one of {count(sensors, 'sensor')}."


def _consequences(plan: PrunePlan) -> list[Cell]:
    would = f"{count(len(plan.remove), 'backup')} would go, {size(plan.bytes)}:"
    lines: list[Cell] = [cell(would, Tone.WARN)]
    for version in plan.remove[:_SHOWN]:
        record = version.record
        valid = f"  last valid {moment(version.last_seen)}  {size(record.size)}"
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
        lines.append(cell(f"{left} that killed processes left behind would go too.", Tone.DIM))
    return [*lines, (), cell(_stays(plan))]
