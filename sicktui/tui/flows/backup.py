"""Fetches the parameter backups of sensors: dialog, run."""

import asyncio
from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.launch import start_run
from sicktui.model.device import Target
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.stores.backups.passphrases import PLANT, Passphrases, check
from sicktui.tui.flows.login import ensure_passwords, planned
from sicktui.tui.flows.passphrase_unlock import may_back_up
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.backup import BackupForm


async def back_up(stage: Stage, devices: tuple[str, ...]) -> None:
    """Ask for the passphrase, then start the run and show it."""
    targets = stage.targets(devices)
    if not await ensure_passwords(stage, targets, "A backup needs the password of each sensor."):
        return
    if not await may_back_up(stage, targets):
        return
    known = stage.context.credentials.passphrase
    stored = await asyncio.to_thread(_stored, stage.context, targets)
    jobs = stage.context.settings.limits.jobs
    request = await stage.ask(BackupForm(stage.face, targets, known or "", stored=stored, jobs=jobs))
    if request is None:
        return
    try:
        if request.passphrase:
            check(request.passphrase)
    except UsageError as error:
        stage.say(str(error), "error")
        return
    stage.context.credentials.passphrase = request.passphrase or None
    items = await planned(stage, targets, plan_backup)
    try:
        spec = new_spec(stage.context, Operation.BACKUP, items)
        limits = structs.replace(spec.settings.limits, jobs=request.jobs)
        settings = structs.replace(spec.settings, limits=limits)
        run = await start_run(stage.context, structs.replace(spec, settings=settings))
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    stage.follow(run)


def _stored(context: Context, targets: Sequence[Target]) -> int:
    """How many of the devices have a passphrase of their own or the plant's that is kept."""
    known = Passphrases(context.credentials)
    if known.stored(PLANT) is not None:
        return len(targets)
    return sum(known.stored(target.device) is not None for target in targets)
