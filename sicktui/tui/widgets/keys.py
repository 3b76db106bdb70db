"""Names of keys, and pressing one."""

from typing import Any

from textual import events
from textual.app import App
from textual.binding import Binding


def key_name(key: str) -> str:
    """Textual's name of a key as it is written in the settings: ``slash`` for ``/``."""
    return next(iter(Binding.make_bindings([Binding(key, "")]))).key


def press(app: "App[Any]", key: str) -> None:
    """Do what a press of this key would do."""
    app.post_message(events.Key(key_name(key), key if len(key) == 1 else None))
