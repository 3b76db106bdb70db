"""The keys of the commands: the defaults, changed by the ``[keys]`` settings."""

import unicodedata
from collections.abc import Mapping
from string import ascii_lowercase, digits, punctuation
from typing import Final

from sicktui.model.errors import ConfigError
from sicktui.model.suggest import nearest, quoted
from sicktui.tui.commands import BY_ID, COMMANDS

_MOVING: Final = "j k J K g G < > enter tab escape up down left right home end pageup pagedown ctrl+d ctrl+u"
RESERVED: Final = frozenset(_MOVING.split())
"""Keys that move the cursor, choose, or go back; they cannot be assigned."""

WAYS_IN: Final = ("help", "palette")
"""Commands that lead to all others: one of them keeps a key that every terminal sends."""

_SENT_AS: Final = {
    "ctrl+c": "it quits",
    "ctrl+q": "it quits",
    "ctrl+h": "terminals send backspace for it",
    "ctrl+i": "terminals send tab for it",
    "ctrl+j": "terminals send enter for it",
    "ctrl+m": "terminals send enter for it",
    "ctrl+s": "terminals stop their output at it",
    "ctrl+z": "shells stop a program at it",
}
_FUNCTION_KEYS: Final = tuple(f"f{number}" for number in range(1, 13))
_NAMED: Final = ("space", "backspace", "delete", "insert")
_CONTROL_KEYS: Final = tuple(f"ctrl+{letter}" for letter in ascii_lowercase)
_OTHER_NAMES: Final = {
    "slash": "/",
    "backslash": "\\",
    "minus": "-",
    "plus": "+",
    "at": "@",
    "underscore": "_",
}
_BY_NAME: Final = {
    **{
        unicodedata.name(char).lower().replace(" ", "_").replace("-", "_"): char
        for char in f"{punctuation}{digits}"
    },
    **_OTHER_NAMES,
}
"""Characters by the names that Textual has for them: ``question_mark``."""

_KNOWN: Final = (*_NAMED, *_FUNCTION_KEYS, *_CONTROL_KEYS, *_BY_NAME)


def canonical(key: str) -> str | None:
    """A key as it is shown: a character, or one of the known names. ``None`` for what is not a key."""
    key = _BY_NAME.get(key, key)
    if len(key) == 1:
        return "space" if key == " " else key if key.isprintable() and not key.isspace() else None
    return key if key in _KNOWN else None


class KeyMap:
    """The key of each command.

    Args:
        changed: keys by command id, from the ``[keys]`` table.
        file: the file with that table, for errors.

    Raises:
        ConfigError: a command or a key that does not exist, a key that is reserved or taken, or keys
            without which the other commands could not be reached. The error names the file and the entry.
    """

    def __init__(self, changed: Mapping[str, str] | None = None, file: str = "config.toml") -> None:
        self._file = file
        self._keys = {command.id: command.key for command in COMMANDS}
        self.changed: dict[str, str] = {}
        """The keys that differ from the defaults, as they are shown."""
        for name, key in (changed or {}).items():
            if name not in BY_ID:
                raise self._error(name, f"this command does not exist{nearest(name, BY_ID)}", _ALL_COMMANDS)
            self.changed[name] = self._keys[name] = self._usable(name, key)
        self._check_clashes()
        if changed and not any(len(self._keys[name]) == 1 for name in WAYS_IN):
            raise self._error(
                WAYS_IN[0],
                f"{' and '.join(WAYS_IN)} would both have keys that get lost over some connections",
                'Keep a character for one of them, such as "?" or ":".',
            )

    def of(self, command: str) -> str:
        """The key of a command, by its id, as shown: ``/`` or ``space``."""
        return self._keys[command]

    def _usable(self, name: str, written: str) -> str:
        key = canonical(written)
        if key is None:
            raise self._error(name, f"{quoted(written)} is not a key{nearest(written, _KNOWN)}", _EXAMPLES)
        if key in _SENT_AS:
            raise self._error(name, f"{quoted(key)} cannot be used, because {_SENT_AS[key]}", _EXAMPLES)
        if key in RESERVED:
            raise self._error(
                name,
                f"{quoted(key)} cannot be used, because it moves in lists and dialogs",
                f"Reserved: {', '.join(sorted(RESERVED))}.",
            )
        return key

    def _check_clashes(self) -> None:
        """Every key has one meaning in each pane; the ways in and out have theirs in all of them."""
        taken: dict[tuple[str | None, str], str] = {}
        everywhere = {self._keys[name]: name for name in (*WAYS_IN, "quit")}
        for command in COMMANDS:
            own = self._keys[command.id]
            pane = command.pane if command.is_local else None
            for key in (own, *command.also):
                first = taken.setdefault((pane, key), command.id)
                if pane is not None:
                    first = everywhere.get(key, first)
                if first != command.id:
                    # The entry that was changed is the one to change back.
                    name, other = (command.id, first) if command.id in self.changed else (first, command.id)
                    raise self._error(
                        name, f"{other} also uses {quoted(key)}", "Choose another key for one of them."
                    )

    def _error(self, name: str, problem: str, advice: str) -> ConfigError:
        return ConfigError(f"{self._file}, [keys], {name}: {problem}.", advice=advice)


_EXAMPLES: Final = 'Use a character such as "U", or a name such as "space", "f5" or "ctrl+e".'
_ALL_COMMANDS: Final = f"The commands: {', '.join(sorted(BY_ID))}."
