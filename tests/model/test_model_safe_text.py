"""Text from outside is made harmless: no control sequence survives, nothing else is changed."""

import unicodedata
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.safe_text import MAX_TEXT, clean, plain_json

HARMFUL: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("picoScan150 25420067", "picoScan150 25420067"),
        ("Präge 3 ü€日本", "Präge 3 ü€日本"),
        ("\x1b[31mred\x1b[0m", "·[31mred·[0m"),
        ("\x9b31mred", "·31mred"),
        ("\x1b]52;c;aGk=\x07", "·]52;c;aGk=·"),
        ("one\ntwo\r\tthree\x00", "one·two··three·"),
        ("abc\u202edcba\u2066", "abc·dcba·"),
        ("zero\u200bwidth\ufeff", "zero·width·"),
        ("a\u2028b\u2029c", "a·b·c"),
        ("\ud800", "·"),
        ("[red]markup[/oops]", "[red]markup[/oops]"),
        ("", ""),
    ],
)
def test_what_people_see(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(max_size=300), st.integers(1, 300))
def test_the_result_is_one_harmless_line_of_limited_length(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert all(unicodedata.category(char) not in HARMFUL for char in shown)
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & {"\x1b", "\x9b", "\x07", "\x08", "\r", "\n", "\x7f"}
    shown.encode()


@given(st.text(max_size=300), st.integers(1, 300))
def test_cleaning_twice_is_cleaning_once(text: str, limit: int) -> None:
    assert clean(clean(text, limit), limit) == clean(text, limit)


@given(st.text(st.characters(exclude_categories=HARMFUL), max_size=MAX_TEXT))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    # Only the spaces that look like the ordinary one become it.
    assert clean(text) == "".join(" " if char.isspace() else char for char in text)


def test_what_is_too_long_is_visibly_cut() -> None:
    assert clean("x" * 200) == "x" * 200
    assert clean("x" * 201) == "x" * 199 + "…"
    assert clean("x" * 10, 5) == "xxxx…"
    assert clean("\n" * 10, 3) == "··…"


def test_a_gigantic_text_costs_little() -> None:
    assert clean("x" * 50_000_000, 10) == "xxxxxxxxx…"


@given(value=st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner, max_size=3)))
def test_plain_json_is_the_same_value_and_harmless(value: object) -> None:
    try:
        line = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return  # a lone surrogate is no JSON
    plain = plain_json(line)
    assert msgspec.json.decode(plain) == value
    assert not any(unicodedata.category(char) in HARMFUL for char in plain.decode())
