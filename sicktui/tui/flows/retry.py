"""Retries the failed and unknown devices of a run as a new run."""

import asyncio
from collections.abc import Sequence
from functools import partial

from sicktui.engine.retry import (
    Retry,
    find_retry,
    limits_again,
    nothing_to_retry,
    package_again,
    plan_retry,
    restore_again,
    restores_again,
)
from sicktui.model.enums import Operation
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, more, names
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.backups.restore import agree, start_restores
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.passwords.passphrase_unlock import ensure_passphrases, may_back_up
from sicktui.tui.flows.services import Services
from sicktui.tui.flows.update import review
from sicktui.tui.screens.backups.restore import Retried
from sicktui.tui.screens.update.plan_options import UpdateRequest

_SHOWN = 12


async def retry_run(services: Services, run: str) -> None:
    """Plan what failed anew, ask, and start it.

    Raises:
        SicktuiError: it cannot be retried.
    """
    found = await asyncio.to_thread(find_retry, services.context, run)
    if reason := nothing_to_retry(found):
        services.notify(reason, "warning")
        return
    if found.removed:
        gone = names([clean(device, 40) for device in found.removed])
        services.notify(f"Left out, because no longer in the device list: {gone}.", "warning")
    match found.spec.operation:
        case Operation.UPDATE:
            await _update(services, found)
        case Operation.BACKUP:
            await _backups(services, found)
        case Operation.RESTORE:
            await _restores(services, found)


async def _update(services: Services, found: Retry) -> None:
    package = await services.work(
        "Checking the package", asyncio.to_thread(package_again, services.context, found)
    )
    request = UpdateRequest.of(limits_again(services.context, found), found.spec.options)
    await review(services, list(found.targets), package, request, retry_of=found.run)


async def _backups(services: Services, found: Retry) -> None:
    targets = found.targets
    if not await ensure_access(services, targets, "A backup needs the password of each sensor."):
        return
    if not await may_back_up(services, targets):
        return
    reading = f"Reading {count(len(targets), 'sensor')}"
    spec = await services.work(reading, plan_retry(services.context, found))
    if await services.ask(_question(services, spec)):
        await launch(services, spec)


async def _restores(services: Services, found: Retry) -> None:
    """As a restore: each plan with what it would change, and the present parameters backed up first."""
    targets, context = found.targets, services.context
    if not await ensure_access(services, targets, "A restore needs the password of each sensor."):
        return
    try:
        if not await ensure_passphrases(services, found.spec):
            return
        retried = Retried(run=found.run, plan=partial(restore_again, context, found))
        words = {target.device: found.backup_of(target.device) for target in targets}
        answer = await agree(services, targets, words, retried)
        if answer is not None:
            await start_restores(services, answer, partial(restores_again, context, found, answer.plans))
    finally:
        Passphrases(context.credentials).forget_tried()


def _question(services: Services, spec: RunSpec) -> Confirm:
    going = [item for item in spec.items if item.may_go]
    lines: list[Cell] = [
        (Span("Run again, "), Span("back up", Tone.KEY), Span(f" {count(len(going), 'sensor')}:")),
        *_lines(spec.items),
    ]
    return Confirm(services.appearance, f"Retry run {clean(spec.retry_of or '')}?", lines, yes="start")


def _lines(items: Sequence[PlanItem]) -> list[Cell]:
    shown: list[Cell] = [
        (
            Span(f"{clean(item.device, 40)}: ", Tone.KEY),
            Span(clean(item.message, 300), Tone.PLAIN if item.may_go else Tone.BAD),
        )
        for item in items[:_SHOWN]
    ]
    rest = more(len(items), _SHOWN)
    return [*shown, cell(rest, Tone.DIM)] if rest else shown
