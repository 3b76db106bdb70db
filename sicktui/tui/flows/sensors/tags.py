"""Tags many devices at once, and renames and removes tags."""

import asyncio
from collections.abc import Callable

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.config.tags import renamed, tagged
from sicktui.stores.secrets.credentials import Credentials, account_of
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import bullets, cell
from sicktui.tui.flows.passwords.login import log_in
from sicktui.tui.flows.services import Services
from sicktui.tui.rows.tags import TagRow, tag_rows
from sicktui.tui.screens.sensors.tags import (
    TagAct,
    TagAnswer,
    TagsScreen,
    rename_form,
    split_tags,
    tag_form,
)


async def manage_tags(services: Services, devices: tuple[str, ...]) -> None:
    """Show the tags until the operator leaves."""
    selected = ""
    while True:
        rows = await asyncio.to_thread(_read, services)
        answer = await services.ask(TagsScreen(services.appearance, rows, devices, selected))
        if answer is None:
            return
        selected = await _act(services, answer, {row.tag: row for row in rows}, devices)


def _read(services: Services) -> list[TagRow]:
    """The tags, and which have a password; in a thread, because the keyring may take its time."""
    profiles = services.profiles()
    user = services.context.settings.device.user
    own = services.context.credentials.own_password
    tags = {tag for profile in profiles.values() for tag in profile.tags}
    return tag_rows(profiles, {tag: own(f"@{tag}", user) is not None for tag in tags})


async def _act(
    services: Services, answer: TagAnswer, rows: dict[str, TagRow], devices: tuple[str, ...]
) -> str:
    """Do what was answered. Returns the tag to show next."""
    row = rows.get(answer.tag, TagRow(tag="", devices=()))
    match answer.act:
        case TagAct.TAG:
            return await _tag(services, devices, row.tag)
        case TagAct.UNTAG:
            await _save(services, lambda known: tagged(known, devices, without=[row.tag]))
        case TagAct.RENAME:
            return await _rename(services, row, rows)
        case TagAct.REMOVE:
            await _remove(services, row)
        case TagAct.LOGIN:
            await log_in(services, row.devices, f"For the devices of @{clean(row.tag, 40)}.")
    return row.tag


async def _tag(services: Services, devices: tuple[str, ...], proposed: str) -> str:
    values = await services.ask(tag_form(services.appearance, devices, proposed))
    tags = split_tags(values["tags"]) if values else []
    if tags and await _save(services, lambda known: tagged(known, devices, with_=tags)):
        return tags[0]
    return proposed


async def _rename(services: Services, row: TagRow, rows: dict[str, TagRow]) -> str:
    values = await services.ask(rename_form(services.appearance, row, rows))
    new = values["name"].removeprefix("@") if values else row.tag
    if new == row.tag or not await _save(services, lambda known: renamed(known, row.tag, new)):
        return row.tag
    if row.shares and not (new in rows and rows[new].shares):
        users = {target.user for target in services.targets(row.devices)}
        await asyncio.to_thread(_move_password, services.context.credentials, row.tag, new, users)
    return new


def _move_password(credentials: Credentials, old: str, new: str, users: set[str]) -> None:
    """The shared password goes with the group. One in a locked vault stays, which the log reports."""
    for user in users:
        secret = credentials.secret(account_of(f"@{old}", user))
        if secret is not None:
            credentials.share(f"@{new}", user, secret)
            credentials.forget(f"@{old}", user)


async def _remove(services: Services, row: TagRow) -> None:
    lines = [
        cell(f"{count(len(row.devices), 'device')} will not have it any more:"),
        *bullets(row.devices),
        (),
        cell("The devices stay in the list."),
    ]
    title = f"Remove the tag @{clean(row.tag, 40)}?"
    if await services.ask(Confirm(services.appearance, title, lines, yes="remove", no="keep")):
        await _save(services, lambda known: tagged(known, row.devices, without=[row.tag]))


async def _save(services: Services, change: Callable[[DeviceList], DeviceList]) -> bool:
    """Read the list again, change it, save it and show it; returns whether that worked."""
    context = services.context

    def work() -> None:
        known = context.devices()
        if (new := change(known)) != known:
            save_devices(context.home.devices_file, new)

    try:
        await asyncio.to_thread(work)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return False
    await services.reload_devices()
    return True
