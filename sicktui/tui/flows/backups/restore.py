"""Restores backups onto sensors: version, checks, question, run."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sicktui.engine.restore.plan import restore_spec, restores_spec
from sicktui.engine.restore.source import LATEST
from sicktui.model.device import Target
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.wording import count
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.backups.backup_first import back_up_first
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.login import ensure_access, log_in, log_in_where_denied
from sicktui.tui.flows.passwords.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.services import Services, backup_key
from sicktui.tui.screens.backups.restore import RestoreAnswer, RestoreScreen, Retried
from sicktui.tui.screens.backups.version_picker import VersionPicker


async def restore(services: Services, devices: tuple[str, ...], word: str | None = None) -> None:
    """Choose the backup, review the plan, start the run.

    Args:
        services: the main screen.
        devices: the targets; with several, each gets its newest intact backup unless another is chosen.
        word: the backup, if it was already chosen.
    """
    targets = services.targets(devices)
    if not targets:
        return
    if word is None:
        word = LATEST if len(targets) > 1 else await _choose(services, targets[0])
    if word is None:
        return
    await ensure_access(services, targets, "A restore requires the password of each sensor.")
    await unlock_passphrases(services, targets)
    known = Passphrases(services.context.credentials)
    known.forget_tried()
    try:
        answer = await agree(services, targets, {target.device: word for target in targets})
        if answer is not None:
            await start_restores(services, answer, partial(_spec, services, answer))
    finally:
        known.forget_tried()


async def _choose(services: Services, target: Target) -> str | None:
    key = backup_key(services, target.device)
    return await services.ask(VersionPicker(services.appearance, services.context, target.device, key))


async def agree(
    services: Services, targets: Sequence[Target], words: Mapping[str, str], retried: Retried | None = None
) -> RestoreAnswer | None:
    """Show the plan until it is confirmed; passwords may be entered in between.

    Args:
        services: the main screen.
        targets: the devices.
        words: the backup of each, by device.
        retried: the run that is retried, if one is.
    """
    asked: set[str] = set()

    async def ask_passwords(items: Sequence[PlanItem]) -> bool:
        return await log_in_where_denied(services, items, asked)

    while True:
        screen = RestoreScreen(
            services.appearance,
            services.context,
            targets,
            words,
            lambda device: backup_key(services, device),
            ask_passwords=ask_passwords,
            retried=retried,
        )
        answer = await services.ask(screen)
        if answer is None or answer.login is None:
            return answer
        words = answer.words
        await log_in(services, (answer.login,))


async def start_restores(services: Services, answer: RestoreAnswer, make: Callable[[], RunSpec]) -> None:
    """Back up first, unless that was switched off, then make the run and start it."""
    going = [plan.item.target for plan in answer.plans if plan.may_go]
    if answer.backs_up and not await back_up_first(services, going, "restore"):
        return
    spec = make()
    if await launch(services, spec):
        number = count(len(going), "sensor")
        services.notify(f"Run {spec.run} restores {number}. It continues if you quit.")


def _spec(services: Services, answer: RestoreAnswer) -> RunSpec:
    if len(answer.plans) != 1:
        return restores_spec(services.context, answer.plans)
    [plan] = answer.plans
    return restore_spec(services.context, plan, answer.words[plan.item.device])
