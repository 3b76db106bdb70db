"""What can be typed next in a filter."""

import re
from collections.abc import Collection
from typing import Final

from sicktui.model.filter.fields import BY_NAME, FIELDS

_LAST: Final = re.compile(r'[^\s|"]*\Z')
_MOST: Final = 24


def choices(text: str, tags: Collection[str] = ()) -> tuple[str, ...]:
    """How the last part of a text can go on, each as the whole part; an example of each field for none.

    Args:
        text: what was typed.
        tags: the tags that exist.
    """
    part = last_part(text)
    if text.count('"') % 2:
        return ()
    if not part:
        return ("@tag", "!not", "a|b", *(field.example for field in FIELDS))
    if part.startswith("@"):
        return tuple(f"@{tag}" for tag in sorted(tags) if _goes_on(tag, part[1:]))[:_MOST]
    name, colon, value = part.partition(":")
    if not colon:
        return tuple(field.example for field in FIELDS if field.name.startswith(name.lower()))
    field = BY_NAME.get(name.lower())
    before, comma, begun = value.rpartition(",")
    values = sorted(tags) if field is not None and field.name == "tag" else field.values if field else ()
    lead = f"{name}:{before}{comma}"
    return tuple(f"{lead}{_joined(known)}" for known in values if _goes_on(_joined(known), begun))[:_MOST]


def last_part(text: str) -> str:
    """The part that is being typed, without its ``!``."""
    found = _LAST.search(text)
    return found.group().lstrip("!") if found else ""


def completed(text: str, tags: Collection[str] = ()) -> str | None:
    """The text with its last part completed; ``None`` if there is nothing to add.

    A field's name is completed up to its sign, a value to its end.
    """
    part = last_part(text)
    found = choices(text, tags) if part else ()
    if not found:
        return None
    first = found[0]
    if ":" not in part and not part.startswith("@"):
        sign = next(place for place, char in enumerate(first) if not char.isalpha())
        first = first[: sign + 1]
    whole = text[: len(text) - len(part)] + part + first[len(part) :]
    return whole if len(whole) > len(text) else None


def _goes_on(known: str, begun: str) -> bool:
    return known.lower().startswith(begun.lower()) and len(known) > len(begun)


def _joined(known: str) -> str:
    """A value as one word: ``other-sensor``."""
    return known.replace(" ", "-")
