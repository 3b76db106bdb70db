"""What a broken or hostile sensor, file or server could send, and how one tells that it was made harmless."""

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FUZZ: Final = settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=list(HealthCheck)
)
"""The same examples everywhere: what fails in CI fails on the desk."""

NASTY: Final = (
    "",
    " ",
    "\x00",
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m",
    "[/red]",
    "[@click=app.quit]x[/]",
    "[bold",
    "\u202egnp.exe",
    "\u2066\u2069\u200b\ufeff",
    "\r\nX-Session-Token: stolen",
    "a\nb\rc\td",
    "\u2028\u2029",
    "{{7*7}} %s %n ${HOME}",
    "../../etc/passwd",
    "e\u0301" * 40,
    "x" * 5_000,
    "\U0010ffff\ue000",
)
texts: Final = st.sampled_from(NASTY) | st.text(max_size=60)
numbers: Final = (
    st.sampled_from((0, 1, 2, 3, 4, 5, -1, 7, 255, 256, 2**31, 2**63, 2**64, 10**40)) | st.integers()
)
scalars: Final = (
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | texts
)
json_values: Final = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=12,
)
deep: Final = st.sampled_from((50, 900, 3_000, 100_000)).map(lambda depth: b"[" * depth + b"]" * depth)

_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def harmless(text: str, limit: int) -> bool:
    """Whether a text can be shown on one line of a terminal as it is."""
    return len(text) <= limit and not any(unicodedata.category(char) in _HARMFUL for char in text)


_ODD_TIMES: Final = ("yesterday", "2026-13-45T99:99:99Z", "2026-11-21T09:54:27", "0001-01-01T00:00:00Z")


def alike(value: Any) -> st.SearchStrategy[Any]:
    """Often something of the same type, which gets past the first look; else anything."""
    match value:
        case bool():
            return st.booleans() | json_values
        case str():
            return texts | st.sampled_from(_ODD_TIMES) | json_values
        case int() | float():
            return numbers | json_values
        case _:
            return json_values


def changed(
    draw: st.DrawFn, value: Any, change: st.SearchStrategy[Any] | Callable[[Any], st.SearchStrategy[Any]]
) -> Any:
    """A good JSON value of which one part, anywhere, is another now."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(value)))
        if draw(st.integers(0, 5)) == 0:
            return {name: part for name, part in value.items() if name != key}
        return {**value, key: changed(draw, value[key], change)}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], changed(draw, value[place], change), *value[place + 1 :]]
    return draw(change if isinstance(change, st.SearchStrategy) else change(value))
