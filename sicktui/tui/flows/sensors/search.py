"""Searches for sensors; adds new ones to the list, and follows those that have moved."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.discovery.keep import add, can_add, can_follow, follow_moved
from sicktui.model.device import Profile, same_serial
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.search.names import name_for
from sicktui.model.search.records import Found
from sicktui.model.wording import count, more, names
from sicktui.stores.config.device_rules import MAX_NAME, TAG_RULE, check_profile, is_tag
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.fields import FormValues, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.passwords.login import ensure_passwords
from sicktui.tui.flows.services import Services
from sicktui.tui.rows.search import AS_FOUND, Edit, SearchRow, why_not_added
from sicktui.tui.screens.sensors.search import Edits, Latest, SearchScreen, Taken
from sicktui.tui.state.asked import SearchInput

_MOST: int = 10
"""Sensors that a question names."""


async def search_sensors(services: Services) -> None:
    """Search at once, and let the operator choose."""

    def remember(asked: SearchInput) -> None:
        services.dashboard.searched = asked

    await services.ask(
        SearchScreen(
            services.appearance,
            services.context,
            services.dashboard.searched,
            remember=remember,
            edit=lambda found, edits: edit_found(services, found, edits),
            add=lambda found, latest, edits: add_found(services, found, latest, edits),
            follow=lambda found, latest, edits: follow_found(services, found, latest, edits),
        )
    )


async def edit_found(services: Services, found: Found, edits: Edits) -> Edit | None:
    """Ask for the name and the address with which a sensor goes into the list; ``None`` if that was left.

    Args:
        services: the main screen.
        found: the sensor: it can be added, or followed under the name that it has.
        edits: what was entered before.
    """
    before = edits.get(found.key, AS_FOUND)
    others = {edit.name for key, edit in edits.items() if key != found.key and edit.name}
    taken = {*services.profiles(), *others}
    suggested = found.device or name_for(found, taken, longest=MAX_NAME)

    def problem(values: FormValues) -> str:
        name = values.get("name", suggested)
        if found.device is None and name in taken:
            return f"A device called {clean(name, 40)!r} is in the list already, or about to be added."
        try:
            check_profile(Profile(name=name, address=values["address"] or found.address))
        except UsageError as error:
            return str(error)
        return ""

    fields = [TextField(name="address", label="Address", value=before.address, hint=found.address)]
    if found.device is None:
        fields.insert(0, TextField(name="name", label="Name", value=before.name or suggested))
    title = f"{clean(found.device or suggested, 40)} in the list"
    lines = [cell("Nothing is changed on the sensor.", Tone.DIM)]
    form = ValuesForm(services.appearance, title, lines, fields, check=problem, submit="keep")
    values = await services.ask(form)
    if values is None:
        return None
    name, address = values.get("name", suggested), values["address"]
    return Edit(name="" if name == suggested else name, address="" if address == found.address else address)


async def add_found(services: Services, found: Sequence[Found], latest: Latest, edits: Edits) -> Taken | None:
    """Ask for tags, add what is confirmed, and ask for the passwords.

    Args:
        services: the main screen.
        found: the sensors that the operator chose.
        latest: what the search has found of one of them by now.
        edits: the names and addresses that were entered.

    Raises:
        SicktuiError: the list cannot be read or saved.
    """
    good = [each for each in found if can_add(each)]
    if not good:
        return Taken(lines=_added_lines([], found, {}))
    values = await services.ask(_tags_form(services, good, edits))
    if values is None:
        return None
    tags = _tags(values)
    found = [latest(each) for each in found]
    good = [each for each in found if can_add(each)]
    context = services.context

    def work() -> list[Profile]:
        context.home.create()
        return add(context, good, tags=tags, names=_names(edits), addresses=_addresses(edits))

    added = await asyncio.to_thread(work)
    await services.reload_devices()
    words = {each.key: f"added as {name}" for each in good if (name := _name_in(added, each, edits))}
    if added:
        await _ask_passwords(services, [profile.name for profile in added])
    return Taken(words=words, lines=_added_lines(added, found, words))


def _names(edits: Edits) -> dict[str, str]:
    return {key: edit.name for key, edit in edits.items()}


def _addresses(edits: Edits) -> dict[str, str]:
    return {key: edit.address for key, edit in edits.items()}


def _name_in(added: Sequence[Profile], found: Found, edits: Edits) -> str | None:
    """The name under which a sensor was added."""
    address = edits.get(found.key, AS_FOUND).address or found.address
    for profile in added:
        if profile.address == address and same_serial(profile.serial or "", found.serial or ""):
            return profile.name
    return None


def _tags_form(services: Services, good: Sequence[Found], edits: Edits) -> ValuesForm:
    taken = [*services.profiles(), *_names(edits).values()]
    named: list[tuple[str, str]] = []
    for each in good:
        edit = edits.get(each.key, AS_FOUND)
        name = edit.name or name_for(each, taken, longest=MAX_NAME)
        taken.append(name)
        facts = f"{edit.address or each.address}  {each.model or '-'}  {each.serial or '-'}"
        named.append((clean(name, 40), clean(facts, 80)))
    widest = max((len(name) for name, _ in named[:_MOST]), default=0)
    rows: list[Cell] = [
        (Span(f"  {name:<{widest}}  ", Tone.KEY), Span(facts, Tone.DIM)) for name, facts in named
    ]
    if len(rows) > _MOST:
        rows = [*rows[: _MOST - 1], cell(f"  {more(len(rows), _MOST - 1)}", Tone.DIM)]
    field = TextField(name="tags", label="Tags", hint="for all of them, for example hall-3; may be empty")
    title = f"Add {count(len(good), 'sensor')} to the list"
    return ValuesForm(services.appearance, title, rows, (field,), check=_tag_problem, submit="add")


def _tags(values: FormValues) -> list[str]:
    return values["tags"].replace(",", " ").split()


def _tag_problem(values: FormValues) -> str:
    for tag in _tags(values):
        if not is_tag(tag):
            return f"{clean(tag, 40)!r} is not a valid tag. {TAG_RULE}"
    return ""


async def _ask_passwords(services: Services, devices: Sequence[str]) -> None:
    """Ask for the passwords that are not known; the devices stay in the list without them."""
    try:
        await ensure_passwords(
            services,
            services.targets(tuple(devices)),
            "Needed to update, back up and set the new sensors. Esc: later.",
        )
    except SicktuiError as error:
        services.notify(str(error), "error")


def _added_lines(added: Sequence[Profile], found: Sequence[Found], words: dict[str, str]) -> list[Cell]:
    """How many were added, and which could not be and why."""
    told = f": {names([clean(profile.name, 40) for profile in added])}" if added else ""
    lines = [cell(f"Added {count(len(added), 'device')}{told}.", Tone.GOOD if added else Tone.WARN)]
    for each in found:
        if each.key not in words:
            why = why_not_added(SearchRow(found=each)) or "in the list already"
            lines.append(cell(clean(f"{each.address} was not added: {why}.", 300), Tone.WARN))
    return lines


async def follow_found(
    services: Services, found: Sequence[Found], latest: Latest, edits: Edits
) -> Taken | None:
    """Ask, and change the addresses of the devices whose sensors have moved.

    Args:
        services: the main screen.
        found: everything that was found.
        latest: what the search has found of one of them by now.
        edits: the addresses that were entered.

    Raises:
        SicktuiError: the list cannot be read or saved.
    """
    moved = [each for each in found if can_follow(each)]
    if not moved:
        services.notify("No sensor of the list has answered at another address.")
        return None
    profiles = services.profiles()
    rows: list[Cell] = []
    for each in moved:
        before = profiles.get(each.device or "")
        after = edits.get(each.key, AS_FOUND).address or each.address
        facts = f"  {before.address if before else '?'} {services.appearance.glyphs.arrow} {after}"
        rows.append((Span(f"  {clean(each.device or '', 40)}", Tone.KEY), Span(clean(facts, 100))))
    if len(rows) > _MOST:
        rows = [*rows[: _MOST - 1], cell(f"  {more(len(rows), _MOST - 1)}", Tone.DIM)]
    lines = [cell("Change these addresses in the list? The sensors are not affected."), (), *rows]
    question = Confirm(services.appearance, "Follow moved sensors?", lines, yes="change", no="keep")
    if not await services.ask(question):
        return None
    moved = [latest(each) for each in moved]
    followed = await asyncio.to_thread(follow_moved, services.context, moved, addresses=_addresses(edits))
    await services.reload_devices()
    changed = [each.profile.name for each in followed]
    for change in followed:
        if not change.password_kept:
            services.warn(f"Log in to {change.profile.name} again: its password is not known here.")
    told = f": {names([clean(name, 40) for name in changed])}" if followed else ""
    words = {each.key: f"followed: {each.device}" for each in moved if (each.device or "") in changed}
    line = f"Changed {count(len(followed), 'address', 'addresses')}{told}."
    return Taken(words=words, lines=[cell(line, Tone.GOOD if followed else Tone.WARN)])
