"""Shortens the records of old runs, to make room."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sicktui.engine.prune import KEPT, make_smaller, plan_prune, prune_runs
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, moment, more, size
from sicktui.stores.journal.prune import Shortening
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues, TextField, whole_number
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.services import Services

_TITLE: Final = "Shorten old runs"
_SHOWN: Final = 300
"""Runs listed in the question; the rest are counted."""
_FIELDS: Final = (
    TextField(name="keep", label="Keep", hint="number of runs to leave as they are, the newest"),
    TextField(name="days", label="Older than", hint="days; with both filled in, both apply"),
)


async def prune_old_runs(services: Services) -> None:
    """Ask for the rule, show what would be deleted, and delete it once that is confirmed."""
    lines = [
        cell("Deletes the steps and log lines of old runs. You will see which before anything happens."),
        cell(KEPT, Tone.GOOD),
        cell("Write reports before, if you need the timeline.", Tone.DIM),
    ]
    form = ValuesForm(services.appearance, _TITLE, lines, _FIELDS, check=_problem, submit="show the plan")
    values = await services.ask(form)
    if values is None:
        return
    keep, days = values["keep"], values["days"]
    context = services.context
    try:
        plan = await asyncio.to_thread(
            plan_prune,
            context,
            keep=int(keep) if keep else None,
            older_than_days=float(days) if days else None,
        )
        if not plan:
            nothing = [cell("No run has details that would be deleted.")]
            await services.ask(Notice(services.appearance, _TITLE, nothing))
            return
        asked = Confirm(services.appearance, "Delete for good?", _lines(plan), yes="delete", no="keep")
        if await services.ask(asked):
            done = await asyncio.to_thread(lambda: list(prune_runs(context, plan)))
            words = await asyncio.to_thread(make_smaller, context)
            left = [f"{each.row.run}: {why}." for each, why in done if why]
            shortened = f"{count(len(done) - len(left), 'run')} shortened."
            noted = " ".join(filter(None, [shortened, words, *left]))
            services.notify(noted, "warning" if left else "information")
    except SicktuiError as error:
        services.notify(str(error), "error")


def _problem(values: FormValues) -> str:
    keep, days = values["keep"], values["days"]
    if not keep and not days:
        return "Enter a number to keep, an age, or both."
    return (keep and whole_number(keep, "Keep", least=0)) or (
        days and whole_number(days, "Older than", least=0)
    )


def _lines(plan: Sequence[Shortening]) -> list[Cell]:
    total = size(sum(each.bytes for each in plan))
    lines: list[Cell] = [
        cell(f"The details of {count(len(plan), 'run')} will be deleted, {total}:", Tone.WARN)
    ]
    lines += [
        (
            Span(clean(each.row.run), Tone.KEY),
            Span(f"  {each.row.operation.value}, {moment(each.row.finished or each.row.started)}"),
        )
        for each in plan[:_SHOWN]
    ]
    rest = more(len(plan), _SHOWN)
    return [*lines, *([cell(rest, Tone.DIM)] if rest else []), (), cell(KEPT, Tone.DIM)]
