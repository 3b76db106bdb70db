"""Advice in the words of the dashboard: its keys, where the command line has commands and options.

Engine and stores advise in the words of the command line, and the journal keeps their sentences for both
faces. The dashboard puts a key in the place of each ``'sicktui ...'`` and ``--option``. A test walks every
sentence that may reach it.
"""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Final

from sicktui.tui.commands import BY_ID
from sicktui.tui.commands.keymap import KeyMap

_COMMANDS: Final[Mapping[str, str]] = {
    "address": "address",
    "backup": "backup",
    "backups": "kept",
    "commission": "commission",
    "devices add": "add",
    "devices edit": "edit",
    "devices import": "import_list",
    "devices overview": "overview",
    "diff": "diff",
    "discover": "search",
    "doctor": "doctor",
    "dump": "dump",
    "find-me": "find_me",
    "firmware": "shelf",
    "firmware check": "offers",
    "firmware fetch": "offers",
    "get": "parameters",
    "health": "health",
    "login": "login",
    "logout": "logout",
    "passwd": "passwd",
    "plan": "update",
    "restore": "restore",
    "runs": "runs",
    "set": "parameters",
    "sources": "offers",
    "status": "details",
    "update": "update",
    "vault": "vault",
}
"""The command of the dashboard for each of the command line, by its first word or two."""

_LISTS: Final[Mapping[str, str]] = {"devices list": "the device list", "discover --follow-moved": "{follow}"}

_PHRASES: Final = (
    ("Give it with --password-stdin or SICKTUI_PASSWORD, or store it with", "Store it with"),
    (", or pass it in SICKTUI_PASSWORD", ""),
    ("--passphrase-stdin or SICKTUI_PASSPHRASE", "p in the plan"),
    ("give the password with SICKTUI_PASSWORD or --password-stdin", "give the password in SICKTUI_PASSWORD"),
    ("Leave out --no-broadcast", "Search the subnets, too"),
    ("Add --canary or --wave", "Add a canary or waves with o (options) in the plan"),
)
"""Sentences that need other words, not only a key."""

_IN_THE_PLAN: Final[Mapping[str, str]] = {
    "--allow-downgrade": "d in the plan",
    "--allow-unapproved": "o (options) in the plan",
    "--backup": "c in the plan",
    "--expect-version": "o (options) in the plan",
    "--force": "f in the plan",
    "--max-failures": "m in the plan",
    "--no-backup": "b in the plan",
    "--passphrase-stdin": "p in the plan",
    "--persist": "s in the plan",
    "--replace": "{replace}",
    "--for": "its models on the shelf, {shelf}",
    "--cidr": "a range in the search",
    "--target": "'Ask also'",
    "--port": "the ports of the search",
    "--no-broadcast": "no broadcasts",
    "--password-stdin": "{login}",
    "--dhcp": "DHCP",
    "--ip": "an address",
    "--mask": "a mask",
    "--mac": "a MAC address",
    "--home": "SICKTUI_HOME",
    "--serial": "the serial number",
    "--device": "the device",
    "--model": "the model",
    "--firmware": "the firmware",
    "--keep": "a number to keep",
    "--older-than": "an age",
    "--address": "the address",
    "--scheme": "the scheme",
    "--auth": "the login method",
}
"""Options outside a command: the key of the screen that has them, or the words of its form."""

_KEYS: Final[ContextVar[KeyMap]] = ContextVar("keys", default=KeyMap())  # noqa: B039  it is never changed
"""The keys of the dashboard of this context."""
_WITH_KEYS: Final = re.compile(r"'sicktui ([^']+)'|(?<!\w)sicktui (restore \S+ --backup \S+)")
_IN_PARENTHESES: Final = re.compile(r"\((?:'sicktui [^']+'(?:, | and | or )?)+\)")
_OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z](?![\w-])")


def in_keys(text: str, keys: KeyMap | None = None) -> str:
    """The text with keys in the place of commands and options; any other text as it is.

    Args:
        text: one or more sentences.
        keys: the keys; ``None``: those of the running dashboard.
    """
    if "sicktui " not in text and "--" not in text:
        return text
    keys = keys or _KEYS.get()
    for before, after in _PHRASES:
        text = text.replace(before, after)
    text = _IN_PARENTHESES.sub(lambda found: _keys_alone(found[0], keys), text)
    text = _WITH_KEYS.sub(lambda found: _key_of(found[1] or found[2], keys, _named), text)
    return _OPTION.sub(lambda found: _filled(_IN_THE_PLAN.get(found[0], found[0]), keys), text)


def speak(keys: KeyMap) -> None:
    """Use these keys in all advice of the dashboard that begins in this context."""
    _KEYS.set(keys)


def _keys_alone(group: str, keys: KeyMap) -> str:
    """A list of commands in parentheses: the keys are enough there."""
    return _WITH_KEYS.sub(lambda found: _key_of(found[1], keys, lambda key, _: key), group)


def _key_of(words: str, keys: KeyMap, shown: Callable[[str, str], str]) -> str:
    for start, phrase in _LISTS.items():
        if words.startswith(start):
            return _filled(phrase, keys)
    first, *rest = words.split()
    if first == "restore" and "--replace" in rest:
        return _command("replace", keys, shown)
    found = _COMMANDS.get(" ".join([first, *rest[:1]])) or _COMMANDS.get(first)
    return f"'sicktui {words}'" if found is None else _command(found, keys, shown)


def _command(command: str, keys: KeyMap, shown: Callable[[str, str], str]) -> str:
    return shown(keys.of(command), BY_ID[command].title)


def _named(key: str, title: str) -> str:
    return f"{key} ({title})"


def _filled(phrase: str, keys: KeyMap) -> str:
    """A phrase with the keys of the commands that it names in braces."""
    return re.sub(r"\{(\w+)\}", lambda found: _command(found[1], keys, _named), phrase)
