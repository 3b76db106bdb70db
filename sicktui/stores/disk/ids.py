"""Ids as people type them: whole, or a beginning that only one has."""

from collections.abc import Sequence
from typing import Final

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.model.wording import names

_SOME: Final = 3


def resolve_prefix(given: str, ids: Sequence[str], noun: str, *, where: str) -> str:
    """The whole id that is meant.

    Args:
        given: what was typed.
        ids: those that there are.
        noun: what they are the ids of, e.g. ``backup``.
        where: how to see them all, as advice.

    Raises:
        UsageError: none is meant, or more than one.
    """
    if given in ids:
        return given
    found = [id for id in ids if given and id.startswith(given)]  # noqa: A001 - the contract's word
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} {noun}s begin with {clean(given)!r}: {names(found, _SOME)}.",
            advice="Give more of the id.",
        )
    raise UsageError(f"There is no {noun} {clean(given)!r}{nearest(given, ids)}.", advice=where)
