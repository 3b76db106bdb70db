"""A filter: words and fields that an entry must all match.

``gate`` and ``"two words"`` are looked for everywhere, ``@tag`` in the tags, ``field:value`` and
``field<value`` in one field. ``!`` turns a part around. Blanks mean *and*; ``|`` between two parts and
``,`` between two values mean *or*. A value that is not known matches no comparison, whichever way it goes.
"""

import re
from functools import lru_cache
from string import ascii_letters
from typing import Final

from msgspec import Struct

from sicktui.model.filter.facts import Facts
from sicktui.model.filter.fields import BY_NAME, FIELDS, Field, FilterError, Test
from sicktui.model.suggest import nearest, quoted

LONGEST: Final = 400
"""Characters of a filter."""

_QUOTED: Final = r'"[^"]*(?:"|\Z)'
# No two branches can take the same character: a hostile text costs as much as any of its length.
_PART: Final = re.compile(
    rf"(?P<bar>\|)|(?=[^\s|])(?P<no>!*)(?:(?P<field>[A-Za-z]{{2,20}})(?P<sign><=|>=|[<>=:]))?(?P<rest>(?:{_QUOTED}|[^\s\"|])*)"
)
_VALUE: Final = re.compile(rf"(?:{_QUOTED}|[^\",])+")
_PORT: Final = re.compile(r"[0-9/][0-9.:/]*")
_LEAST_FIELD: Final = 3
"""Letters of the shortest word that is taken for a field written wrong; shorter ones begin MAC addresses."""


class Filter(Struct, frozen=True):
    """A filter that can be used."""

    text: str
    """As it was written."""
    groups: tuple[tuple[Test, ...], ...]
    """Of each group one test must match."""

    def matches(self, facts: Facts) -> bool:
        """Whether an entry matches."""
        return all(any(test(facts) for test in group) for group in self.groups)

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.groups)


@lru_cache(maxsize=32)
def parse(text: str) -> Filter:
    """The filter that a text spells.

    Raises:
        FilterError: it cannot be used; the sentence names the part and what to write.
    """
    if len(text) > LONGEST:
        raise FilterError(f"The filter is longer than {LONGEST} characters. Shorten it.")
    groups: list[list[Test]] = []
    joins = False
    for part in _PART.finditer(text):
        if part.group("bar"):
            if not groups or joins:
                raise FilterError("| needs a word on both sides, such as gate | dock.")
            joins = True
            continue
        if joins:
            groups[-1].append(_test(part))
        else:
            groups.append([_test(part)])
        joins = False
    if joins:
        raise FilterError("| needs a word on both sides, such as gate | dock.")
    return Filter(text, tuple(tuple(group) for group in groups))


def _test(part: "re.Match[str]") -> Test:
    name, sign, rest = part.group("field"), part.group("sign"), part.group("rest")
    field = _field(name, sign, rest) if name else None
    if field is None:
        rest, sign = f"{name or ''}{sign or ''}{rest}", ""
    values = [value.replace('"', "") for value in _VALUE.findall(rest)]
    if field is None:
        if not rest:
            raise FilterError("! needs a word behind it, such as !gate or !state:online.")
        tests = [_word(value) for value in values or [rest]]
    else:
        if not values or not all(values):
            raise FilterError(f"{name}{sign} needs {_needed(field, sign)}.")
        tests = [field.test(sign, value) for value in values]
    wanted = len(part.group("no")) % 2 == 0
    return lambda facts: any(test(facts) for test in tests) is wanted


def _needed(field: Field, sign: str) -> str:
    like = field.example.lstrip(ascii_letters).lstrip("<>:=")
    kind = "a number" if sign not in (":", "=") else "a value"
    return f"{kind}, such as {field.name}{sign}{like}"


def _field(name: str, sign: str, rest: str) -> Field | None:
    """The field; ``None`` for a word that only looks like one, as ``plc:8080`` and ``ab:cd:ef`` do."""
    field = BY_NAME.get(name.lower())
    if field is None:
        if sign in (":", "=") and (len(name) < _LEAST_FIELD or _PORT.fullmatch(rest)):
            return None
        known = ", ".join(known.name for known in FIELDS)
        raise FilterError(
            f"{quoted(name)} is not a field{nearest(name, BY_NAME)}. The fields: {known}. "
            'Put a text that has this sign in it into "quotes".'
        )
    if sign not in field.signs:
        raise FilterError(f"{field.name} cannot be compared with {sign}. Write {field.example}.")
    return field


def _word(value: str) -> Test:
    folded = value.lower()
    if folded.startswith("@") and len(folded) > 1:
        return BY_NAME["tag"].test(":", folded)
    return lambda facts: folded in facts.words
