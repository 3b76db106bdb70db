"""Backs up the parameters of sensors: form, run."""

import asyncio
from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.model.device import Target
from sicktui.model.enums import Operation
from sicktui.stores.backups.passphrases import SITE, Passphrases
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.login import ensure_passwords, planned
from sicktui.tui.flows.passwords.passphrase_unlock import may_back_up
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.backups.backup import BackupForm


async def back_up(services: Services, devices: tuple[str, ...]) -> None:
    """Ask for the passphrase, then start the run and show it."""
    targets = services.targets(devices)
    if not await ensure_passwords(services, targets, "A backup needs the password of each sensor."):
        return
    if not await may_back_up(services, targets):
        return
    credentials = services.context.credentials
    before = credentials.passphrase
    stored = await asyncio.to_thread(_stored, services.context, targets)
    jobs = services.context.settings.limits.jobs
    request = await services.ask(
        BackupForm(services.appearance, targets, entered=before is not None, stored=stored, jobs=jobs)
    )
    if request is None:
        return
    items = await planned(services, targets, plan_backup)
    limits = structs.replace(services.context.settings.limits, jobs=request.jobs)
    credentials.passphrase = request.passphrase or (before if request.kept else None)
    if not await launch(services, new_spec(services.context, Operation.BACKUP, items, limits=limits)):
        credentials.passphrase = before  # one of a backup that was not made is used for no other


def _stored(context: Context, targets: Sequence[Target]) -> int:
    """The number of devices with a stored passphrase, their own or the site's."""
    known = Passphrases(context.credentials)
    if known.stored(SITE) is not None:
        return len(targets)
    return sum(known.stored(target.device) is not None for target in targets)
