"""The keys of the commands: the defaults, changed by the ``[keys]`` settings."""

from collections.abc import Mapping
from typing import Final

from sicktui.model.errors import ConfigError
from sicktui.model.suggest import nearest
from sicktui.tui.commands import BY_ID, COMMANDS
from sicktui.tui.commands.command import Command

RESERVED: Final = frozenset({"j", "k", "J", "K", "<", ">", "enter", "tab", "up", "down", "home", "end"})
"""Keys that move the cursor; they cannot be assigned."""

_NAMES: Final = {"space": "space", "slash": "/", "question_mark": "?", "colon": ":"}


class KeyMap:
    """The key of each command.

    Args:
        changed: keys by command id, from the ``[keys]`` table of config.toml.

    Raises:
        ConfigError: a command that does not exist, or a key that two commands would have.
    """

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        self.changed = dict(changed or {})
        self._keys = {command.id: command.key for command in COMMANDS}
        for name, key in self.changed.items():
            if name not in self._keys:
                raise _unknown(name)
            self._keys[name] = key
        taken: dict[str, str] = {}
        for name, key in self._keys.items():
            if not key or "," in key or " " in key or key in RESERVED:
                raise _unusable(name, key)
            if key in taken:
                raise _clash(key, taken[key], name)
            taken[key] = name

    def of(self, command: Command) -> str:
        """The key of a command as shown, e.g. ``/`` or ``space``."""
        key = self._keys[command.id]
        return _NAMES.get(key, key)


def _unknown(name: str) -> ConfigError:
    return ConfigError(
        f"config.toml, [keys]: there is no command {name!r}{nearest(name, BY_ID)}.",
        advice=f"The commands are: {', '.join(sorted(BY_ID))}.",
    )


def _unusable(name: str, key: str) -> ConfigError:
    return ConfigError(
        f"config.toml, [keys], {name}: {key!r} cannot be used.",
        advice='Use one key, such as "U", "f5" or "ctrl+u". '
        f"Reserved for the cursor: {', '.join(sorted(RESERVED))}.",
    )


def _clash(key: str, first: str, second: str) -> ConfigError:
    return ConfigError(
        f"config.toml, [keys]: {first} and {second} both use {key!r}.",
        advice="Choose another key for one of them.",
    )
