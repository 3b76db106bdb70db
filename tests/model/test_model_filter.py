"""The language of filters: what it matches, what it refuses, and that no text makes it fail or slow."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from sicktui.model.device import Health
from sicktui.model.enums import DeviceStatus
from sicktui.model.filter.choices import choices, completed
from sicktui.model.filter.fields import FIELDS, STATES, FilterError
from sicktui.model.filter.parsing import LONGEST, parse
from tests.support.waiting import Stopwatch


class Entry(Struct, frozen=True, kw_only=True):
    """One device as plain values."""

    name: str = "gate-1"
    address: str = "10.0.0.4:80"
    pc: str = "hall-3"
    model: str = "picoScan150"
    version: str = "2.3.1.0R"
    serial: str = "23470001"
    location: str = "Hall 3"
    note: str = ""
    tags: tuple[str, ...] = ("line-2", "North")
    states: tuple[str, ...] = ("online", "error", "failed")
    health: Health = Health(status=DeviceStatus.SERVICE_REQUIRED, temperature=61.4)
    backup_marks: tuple[str, ...] = ("old",)
    backup_days: float | None = 41.0

    @property
    def words(self) -> str:
        return "\n".join([self.name, self.address, self.model, self.version, *self.tags]).lower()


GATE = Entry()
BARE = Entry(
    name="dock-9",
    address="gate:8080",
    model="",
    version="",
    tags=(),
    states=("asking",),
    health=Health(),
    backup_marks=("none",),
    backup_days=None,
)


@pytest.mark.parametrize(
    ("text", "gate", "bare"),
    [
        ("", True, True),
        ("   ", True, True),
        ("GATE", True, True),
        ("gate pico", True, False),
        ('"gate-1"', True, False),
        ('"gate 1"', False, False),
        ('"unclosed', False, False),
        ("!gate", False, False),
        ("!pico", False, True),
        ("!!pico", True, False),
        ("gate-1|dock", True, True),
        ("gate-1 | dock pico", True, False),
        ("!pico | line", True, True),
        ("dock,pico", True, True),
        ("!dock,pico", False, False),
        ("0.4:80", True, False),
        ("gate:8080", False, True),
        ("@line", True, False),
        ("@north", True, False),
        ("@ine", False, False),
        ("tag=line-2", True, False),
        ("tag=line", False, False),
        ("tag:none", False, True),
        ("!@line", False, True),
        ("state:failed", True, False),
        ("STATE:Fail", True, False),
        ("state:failed,asking", True, True),
        ("!state:failed,asking", False, False),
        ("is:online", True, False),
        ("name:gate", True, False),
        ("name=gate", False, False),
        ("name=gate-1", True, False),
        ("model:none", False, True),
        ("location:'", False, False),
        ("version<2.3", False, False),
        ("version>2.3", True, False),
        ("version>=2.3.1", True, False),
        ("version<=v2.3.1", True, False),
        ("version<2.10", True, False),
        ("fw:2.3", True, False),
        ("version:2", True, False),
        ("version:2.*", True, False),
        ("version=2.3.1.0R", True, False),
        ("version:2.30", False, False),
        ("version:none", False, True),
        ("backup>30d", True, False),
        ("backup<6w", True, False),
        ("backup<24h", False, False),
        ("!backup<24h", True, True),
        ("backup:none", False, True),
        ("backup:old,none", True, True),
        ("temp>60", True, False),
        ("temp<=61.4C", True, False),
        ("temp:61", True, False),
        ("temp:none", False, True),
        ("health:service", True, False),
        (",", False, False),
    ],
)
def test_what_matches(text: str, gate: bool, bare: bool) -> None:
    assert (parse(text).matches(GATE), parse(text).matches(BARE)) == (gate, bare)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("version<", "version< needs a number, such as version<2.3"),
        ("version<abc", "version< needs a number such as version<2.3; 'abc' is not one."),
        ("backup>soon", "backup> needs an age such as backup>30d"),
        ("temp>hot", "temp> needs a number of degrees"),
        ("state:", "state: needs a value, such as state:failed"),
        ("state:fialed", "'fialed' does not exist (did you mean 'failed'?)"),
        ("backup:ol,odl", "'odl' does not exist"),
        ("stat:failed", "'stat' is not a field (did you mean 'state'?)"),
        ("colour<5", "The fields: state, tag, model"),
        ("model<5", "model cannot be compared with <. Write model:picoscan."),
        ("gate !", "! needs a word"),
        ("| gate", "| needs a word on both sides"),
        ("gate |", "| needs a word on both sides"),
        ("gate || dock", "| needs a word on both sides"),
        ("x" * (LONGEST + 1), "longer than"),
    ],
)
def test_a_mistake_is_named(text: str, sentence: str) -> None:
    with pytest.raises(FilterError, match=re.escape(sentence)):
        parse(text)


def test_a_value_that_is_not_known_matches_no_comparison() -> None:
    for sign in ("<", "<=", ">", ">="):
        for text in (f"version{sign}2.3", f"temp{sign}5", f"backup{sign}5d"):
            assert not parse(text).matches(BARE), text


def test_the_examples_of_all_fields_can_be_used_and_every_state_is_its_own() -> None:
    for field in FIELDS:
        parse(field.example)
    for state in STATES:
        found = parse(f'state:"{state}"')
        assert [known for known in STATES if found.matches(Entry(states=(known,)))] == [state]
        assert parse(f"state:{state.replace(' ', '-')}").matches(Entry(states=(state,)))


PIECES = (
    'gate pico @line @ ! | , " state: state:failed version< 2.3 backup> 30d temp > < = : é İ [/b] 00:06:77'
)
pieces = st.sampled_from([*PIECES.split(), " ", "  ", "\x1b[31m", "\0"])


@given(st.lists(pieces, max_size=20).map("".join) | st.text(max_size=60))
def test_any_text_is_a_filter_or_one_sentence(text: str) -> None:
    try:
        found = parse(text)
    except FilterError as error:
        said = str(error)
        assert said.endswith((".", ")."))
        assert said.isprintable()
        return
    assert found.matches(GATE) in (True, False)
    assert found.matches(BARE) in (True, False)
    if not text.strip():
        assert not found


TERMS = 'gate "gate-1" pico @line state:failed version<2.3 backup>30d temp>60 tag:none dock'
terms = st.sampled_from(TERMS.split())
entries = st.sampled_from([GATE, BARE])


@given(terms, terms, entries)
def test_blanks_mean_and_bars_mean_or_and_marks_turn_around(one: str, two: str, entry: Entry) -> None:
    first, second = parse(one).matches(entry), parse(two).matches(entry)
    assert parse(f"{one} {two}").matches(entry) == (first and second)
    assert parse(f"{one}|{two}").matches(entry) == (first or second)
    assert parse(f"{one} | {two}").matches(entry) == (first or second)
    assert parse(f"!{one}").matches(entry) != first
    assert parse(f"!{one} !{two}").matches(entry) == (not (first or second))


@pytest.mark.parametrize("piece", ['"', "!", "a|", ",", "a:", '",', "state:a,"])
def test_a_hostile_text_costs_no_time(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    began = Stopwatch()
    for _ in range(20):
        parse.cache_clear()
        with suppress(FilterError):
            parse(text).matches(Entry(name=text * 10))
    assert began.seconds() < 1.0


def test_what_can_be_typed_next() -> None:
    assert parse("").matches(GATE)
    assert "state:failed" in choices("")
    assert choices("gate sta") == ("state:failed",)
    assert choices("!ver") == ("version<2.3",)
    assert choices("state:f") == ("state:failed", "state:finished", "state:fatal-error", "state:flash")
    assert choices("state:failed,unk") == ("state:failed,unknown",)
    assert choices("@l", ("line-2", "dock")) == ("@line-2",)
    assert choices("tag:d", ("line-2", "dock")) == ("tag:dock",)
    assert choices("nothing:x") == ()
    assert completed("gate !st") == "gate !state:"
    assert completed("ver") == "version<"
    assert completed("state:fai") == "state:failed"
    assert completed("@LI", ("line-2",)) == "@LIne-2"
    for nothing in ("", "gate ", "zebra", "state:failed", '"sta'):
        assert completed(nothing) is None, nothing


@given(st.lists(pieces, max_size=8).map("".join), st.lists(st.sampled_from(["line-2", "dock"])))
def test_a_completed_text_goes_on_from_what_was_typed(text: str, tags: list[str]) -> None:
    whole = completed(text, tags)
    if whole is not None:
        assert whole.startswith(text)
        assert len(whole) > len(text)
