"""Restores backups onto sensors: version, checks, question, run."""

from collections.abc import Mapping, Sequence

from sicktui.engine.restore.plan import restore_spec, restores_spec
from sicktui.engine.restore.source import LATEST
from sicktui.model.device import Target
from sicktui.model.run.plan import PlanItem
from sicktui.model.wording import count
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.backups.backup_first import back_up_first
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.login import ensure_access, log_in, log_in_where_denied
from sicktui.tui.flows.passwords.passphrase_unlock import unlock_passphrases
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.backups.restore import RestoreAnswer, RestoreScreen
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
        answer = await _agree(services, targets, {target.device: word for target in targets})
        if answer is not None and (not answer.backs_up or await _backed_up(services, answer)):
            await _start(services, answer)
    finally:
        known.forget_tried()


async def _choose(services: Services, target: Target) -> str | None:
    key = key_of(services, target.device)
    return await services.ask(VersionPicker(services.appearance, services.context, target.device, key))


def key_of(services: Services, device: str) -> str | None:
    """What a device's backups are stored under: the sensor's serial number or MAC address, if known."""
    last = services.dashboard.observations.get(device)
    if last is not None and last.identity is not None:
        return last.identity.label or None
    profile = services.profile(device)
    return profile.serial if profile else None


async def _agree(services: Services, targets: list[Target], words: Mapping[str, str]) -> RestoreAnswer | None:
    """Show the plan until it is confirmed; passwords may be entered in between."""
    asked: set[str] = set()

    async def ask_passwords(items: Sequence[PlanItem]) -> bool:
        return await log_in_where_denied(services, items, asked)

    while True:
        screen = RestoreScreen(
            services.appearance,
            services.context,
            targets,
            words,
            lambda device: key_of(services, device),
            ask_passwords=ask_passwords,
        )
        answer = await services.ask(screen)
        if answer is None or answer.login is None:
            return answer
        words = answer.words
        await log_in(services, (answer.login,))


async def _backed_up(services: Services, answer: RestoreAnswer) -> bool:
    going = [plan.item.target for plan in answer.plans if plan.may_go]
    return await back_up_first(services, going, "restore")


async def _start(services: Services, answer: RestoreAnswer) -> None:
    if len(answer.plans) == 1:
        plan = answer.plans[0]
        spec = restore_spec(services.context, plan, answer.words[plan.item.device])
    else:
        spec = restores_spec(services.context, answer.plans)
    going = sum(plan.may_go for plan in answer.plans)
    if await launch(services, spec):
        number = count(going, "sensor")
        services.notify(f"Run {spec.run} restores {number}. It continues if you quit.")
