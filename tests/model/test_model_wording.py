"""Numbers, names and times as people read them, and the nearest known word."""

import pytest

from sicktui.model.exit_codes import ExitCode
from sicktui.model.suggest import nearest
from sicktui.model.wording import (
    age,
    count,
    days,
    duration,
    elapsed,
    moment,
    more,
    names,
    percent,
    rate,
    size,
    time_of_day,
)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (185, "3 min 05 s"), (3725, "1 h 02 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (86_200, "86.2 kB"),
        (12_600_000, "12.6 MB"),
        (20_000_000, "20.0 MB"),
        (100_000_000, "100 MB"),
        (2e9, "2.0 GB"),
    ],
)
def test_sizes_are_decimal(octets: float, words: str) -> None:
    assert size(octets) == words


def test_numbers_as_people_read_them() -> None:
    assert percent(999, 1000) == "99%"
    assert percent(1, 0) == ""
    assert rate(0) == ""
    assert rate(1_900_000) == "1.9 MB/s"
    assert (elapsed(42), elapsed(3723), elapsed(-5)) == ("0:42", "1:02:03", "0:00")
    assert (count(1, "run"), count(2, "run")) == ("1 run", "2 runs")
    assert count(2, "entry", "entries") == "2 entries"


def test_ages_in_few_letters() -> None:
    assert [age(s, grain=10) for s in (3, 17, 200, 7300, 180_000)] == ["<10s", "15s", "3m", "2h", "2d"]
    assert (age(17, grain=3), age(5, grain=60)) == ("17s", "<1m")
    assert (days(None), days(0.5), days(12.3)) == ("", "12h", "12d")


def test_many_names_are_cut_short() -> None:
    assert names([]) == ""
    assert names(["a", "b"]) == "a, b"
    assert names(["a", "b"], most=1) == "a and 1 more"
    assert names(["a", "b", "c"], 2, separator="; ") == "a; b; and 1 more"
    assert (more(3, 3), more(5, 3)) == ("", "and 2 more")


def test_moments_are_those_of_this_pc() -> None:
    noon = "2026-11-21T12:34:56.789+00:00"
    assert moment(noon).endswith(":34")
    assert moment(noon)[5:] == moment(noon, short=True)
    assert time_of_day(noon).endswith(":34:56")


def test_the_nearest_key_is_looked_for_in_its_own_section() -> None:
    keys = ["timing.settle", "timing.poll_interval", "limits.jobs"]
    assert nearest("timing.pol", keys) == " (did you mean 'timing.poll_interval'?)"
    assert nearest("timing.setle", keys) == " (did you mean 'timing.settle'?)"
    assert nearest("limit.jobs", keys) == " (did you mean 'limits.jobs'?)"
    assert nearest("nothing like it", keys) == ""


def test_exit_codes_are_those_of_the_contract() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "UNKNOWN": 3,
        "REFUSED": 4,
        "INTERRUPTED": 130,
    }
    assert all(code.meaning for code in ExitCode)
