"""Keeps a password that was entered where it lasts longest, and says where that is."""

import asyncio
from collections.abc import Sequence

from sicktui.model.device import Target
from sicktui.model.factory_passwords import FACTORY_WARNING, is_factory_password
from sicktui.stores.secrets.credentials import EVERYBODY
from sicktui.tui.drawing.numbers import counted
from sicktui.tui.flows.services import Stage
from sicktui.tui.flows.vault import ensure_place


async def keep(stage: Stage, targets: Sequence[Target], password: str, *, shared: str | None) -> None:
    """Keep a password for each device, or once for the group that they are.

    Args:
        stage: the main screen.
        targets: the devices, at least one, whose sensors did not refuse it.
        password: the password.
        shared: their group, if it is to be kept once.
    """
    hint = await ensure_place(stage)
    stores = await asyncio.to_thread(_keep, stage, targets, password, shared)
    what = f"The password of {shared}" if shared else counted(len(targets), "password")
    stage.say(f"{what} kept in: {', '.join(sorted(stores))}.")
    # Into the log: long notes would lie over what the operator wants to read next.
    if hint:
        stage.warn(hint)
    if is_factory_password(password):
        stage.warn(f"{what}: {FACTORY_WARNING[0].lower()}{FACTORY_WARNING[1:]}")
    await stage.learn_stores()


def _keep(stage: Stage, targets: Sequence[Target], password: str, shared: str | None) -> set[str]:
    credentials = stage.context.credentials
    if shared is None:
        return {credentials.remember(target.device, target.user, password) for target in targets}
    for target in targets:
        # A password of its own would go before the one that it shares from now on.
        credentials.forget(target.device, target.user)
    return {credentials.share(shared, user, password) for user in {target.user for target in targets}}


def group_of(stage: Stage, targets: Sequence[Target]) -> str | None:
    """The group that these devices are, all of them and no others; ``None`` if they are none."""
    members = {target.device for target in targets}
    profiles = stage.profiles()
    tags = dict.fromkeys(tag for name in members if name in profiles for tag in profiles[name].tags)
    for tag in tags:
        if {name for name, profile in profiles.items() if tag in profile.tags} == members:
            return f"@{tag}"
    return EVERYBODY if len(members) > 1 and members == set(profiles) else None
