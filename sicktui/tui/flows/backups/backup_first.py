"""Backs up sensors before their parameters are overwritten."""

from collections.abc import Sequence

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.follow import follow
from sicktui.model.device import Target
from sicktui.model.enums import Operation, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.passphrase_unlock import may_back_up
from sicktui.tui.flows.progress import run_with_progress
from sicktui.tui.flows.services import Services


async def back_up_first(services: Services, targets: Sequence[Target], then: str) -> bool:
    """Take the backups in a separate run. Returns whether what they are for may follow.

    Args:
        services: the main screen.
        targets: the sensors.
        then: what follows, for example ``restore``.

    Raises:
        Stopped: the operator stopped waiting. The backups continue; nothing follows.
    """
    if not await may_back_up(services, targets):
        return False
    number = count(len(targets), "sensor")
    items = await services.work(f"Reading {number}", plan_backup(services.context, targets))
    spec = new_spec(services.context, Operation.BACKUP, items)
    if not await launch(services, spec):
        return False
    lines = [
        cell(f"Backing up {number}. The {then} starts when the backups are stored."),
        cell(f"If you stop, the backups continue and the {then} does not start.", Tone.DIM),
    ]
    missing = await run_with_progress(
        services, f"Back up before the {then}", lines, lambda: _without_backup(services, spec)
    )
    if not missing:
        return True
    agreed: bool | None = await services.ask(_question(services, missing, then))
    return bool(agreed)


async def _without_backup(services: Services, spec: RunSpec) -> dict[str, str]:
    """Wait for the end of the run; the devices that got no backup, and why."""
    missing = {item.device: "The run ended before its backup was stored." for item in spec.items}
    async for batch in follow(services.context, spec.run):
        for _, event in batch:
            if not isinstance(event, VerdictReached):
                continue
            if event.verdict is Verdict.SUCCEEDED:
                missing.pop(event.device, None)
            else:
                missing[event.device] = f"{event.message} {event.advice}".strip()
    return missing


def _question(services: Services, missing: dict[str, str], then: str) -> Confirm:
    lines: list[Cell] = [cell(f"{count(len(missing), 'sensor')} could not be backed up:", Tone.WARN)]
    for device, why in missing.items():
        lines.append((Span(f"{clean(device, 40)}  ", Tone.KEY), Span(clean(why, 400))))
    lines += [(), cell(f"The {then} overwrites parameters that no backup on this PC has.")]
    title = f"Continue with the {then} without a backup?"
    return Confirm(services.appearance, title, lines, yes=then, no="cancel")
