"""An order: a key that always means the same run, however often it is given."""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean

MAX_KEY: Final = 128
_KEY: Final = re.compile(rf"[!-~]{{1,{MAX_KEY}}}\Z")
NOT_GIVEN: Final = "not given"


class Order(Struct, frozen=True, kw_only=True):
    """The key of an order, and what was asked for with it."""

    key: str
    asked: dict[str, str]
    """Each argument that decides what is done, by its name on the command line. Treat as read-only."""


def check_key(key: str) -> str:
    """The key, if it can be one: it is printed on one line, stored, and compared byte by byte.

    Raises:
        UsageError: it cannot.
    """
    if not _KEY.match(key):
        raise UsageError(
            f"{clean(key, 60)!r} cannot be the key of an order.",
            advice=f"Use 1 to {MAX_KEY} letters, digits and signs, without blanks, e.g. night-2026-11-30.",
        )
    return key


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """In words, what is asked for now and was not before: ``--canary 2 (was: not given)``.

    An argument whose value is not known now (a package that is gone, with its bytes) is not compared: leave
    it out of both.
    """
    names = dict.fromkeys([*before, *now])
    return [
        f"{name} {now.get(name, NOT_GIVEN)} (was: {before.get(name, NOT_GIVEN)})"
        for name in names
        if before.get(name) != now.get(name)
    ]
