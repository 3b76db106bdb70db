"""Modules that are imported when they are first used.

The definitions of the commands must be known for ``--help``, but what they do needs the engine and
with it httpx and SQLite. A definition therefore names the module of its work like this::

    if TYPE_CHECKING:
        from sicktui.cli.actions import update as updating
    else:
        updating = deferred("sicktui.cli.actions.update")

so that type checkers see the real module, and the interpreter loads it when the command is run.
"""

import importlib
from types import ModuleType


class _Deferred(ModuleType):
    """Stands for a module until an attribute of it is asked for."""

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module(self.__name__), name)


def deferred(name: str) -> ModuleType:
    """A stand-in for the module ``name`` that imports it at the first use."""
    return _Deferred(name)
