"""Versions: read from names, compared, matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.firmware.version import (
    Likeness,
    compare,
    compare_reported,
    from_name,
    is_comparable,
    is_conclusive,
    is_older,
    matches,
    parse,
)

numbers = st.lists(st.integers(0, 99), min_size=3, max_size=4)
letters = st.sampled_from(["", "R", "B", "r"])


def written(parts: list[int], letter: str) -> str:
    return ".".join(map(str, parts)) + letter


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("picoScan150_V2.3.0.0R.spk.signed", "2.3.0.0R"),
        ("picoScan150_2.3.0.0R.spk", "2.3.0.0R"),
        ("fw_2_3_0.spk", "2.3.0"),
        ("fw-v1.9.1.SPK", "1.9.1"),
        ("LRS4000 1.9.1 (1).spk", "1.9.1"),
        ("fw_2.3.0.0R.spk.signed.zip", "2.3.0.0R"),
        ("picoScan_150_2.3.0.spk", "2.3.0"),
        ("fw_2.3.0_and_2.3.0.spk", "2.3.0"),
        ("from_2.2.0_to_2.3.0.spk", None),
        ("picoScan150.spk", None),
        ("fw_2.3.spk", None),
        ("fw_2026.11.21.spk", None),
        ("fw_21.11.2026.spk", None),
        ("fw_2026_11_21_2.3.0.spk", "2.3.0"),
        ("fw_192.168.0.1.spk", None),
        ("fw_1.2.3.4.5.spk", None),
        ("fw_\u0662.\u0663.\u0660.spk", None),
        ("", None),
        (".spk", None),
    ],
)
def test_the_version_in_a_name(name: str, version: str | None) -> None:
    assert from_name(name) == version


@given(numbers, letters, st.sampled_from([".spk", ".spk.signed", ".SPK", ".spk.zip"]))
def test_any_version_is_found_in_a_name(parts: list[int], letter: str, suffix: str) -> None:
    assert from_name(f"picoScan150_V{written(parts, letter)}{suffix}") == written(parts, letter)


@given(st.text(max_size=80))
def test_any_name_has_one_version_or_none(name: str) -> None:
    version = from_name(name)
    assert version is None or parse(version) is not None


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("2.3.0.0R", "2.3.0.0R"),
        (" 2.3.0.0R ", "2.3.0.0R\n"),
        ("2.3.0.0R", "2.3.0"),
        ("2.3.0.0R", "2.3.0.0"),
        ("2.3.0.0R", "2.3.0.0r"),
        ("2.3.0.0R", "2.3.0R"),
        ("2.3.0.0R", "2.3"),
        ("2.3.0.0R", "V2.3.0.0R"),
        ("V2.3.0.0R", "2.3.0.0R"),
        ("2.3.0R\0\0", "2.3.0.0R"),
        ("2.3.0.0", "2.3.0.0R"),
        ("1.2.0-b.0+1225.523ef", "1.2.0.0B"),
        ("2.3.3-r", "2.3.3"),
        ("V2", "V2"),
        ("2.3", "2.3"),
    ],
)
def test_versions_that_match(actual: str, expected: str) -> None:
    assert matches(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("2.3.0.0R", "2.3.0.1R"),
        ("2.3.0.5R", "2.3.0"),
        ("2.3.0.0R", "2.3.0.0B"),
        ("2.3.0.0T", "2.3.0.0"),
        ("2.3.0.0T", "2.3"),
        ("2.3.0.0", "2.3.0.0T"),
        ("2.10.0.0", "2.10.0.0R"),
        ("2.3.0.0R", "2.3.1"),
        ("12.3.0.0R", "2.3.0.0R"),
        ("2.3.0.0RC", "2.3.0.0R"),
        ("2.3.0.0R1", "2.3.0.0R"),
        ("unknown", "2.3.0"),
        ("", "2.3.0"),
        ("2.3.0.0R", ""),
        ("\u0662.3.0.0R", "2.3.0"),
    ],
)
def test_versions_that_do_not(actual: str, expected: str) -> None:
    assert not matches(actual, expected)


@pytest.mark.parametrize(
    ("ident", "firmware", "expected", "likeness"),
    [
        ("2.10.0.0", None, "2.10.0.0R", Likeness.UNCLEAR),  # cut after eight characters
        ("2.10.0.0", "2.10.0.0R", "2.10.0.0R", Likeness.EQUAL),
        ("2.10.0.0", "2.10.0.0T", "2.10.0.0R", Likeness.DIFFERENT),
        ("2.10.0.0", None, "2.11.0.0R", Likeness.DIFFERENT),
        ("12.10.0.", None, "12.10.0.0R", Likeness.UNCLEAR),
        ("2.3.0.0R", "nonsense", "2.3.0.0R", Likeness.EQUAL),
        ("2.3.0.0R", "2.2.0.0R", "2.3.0.0R", Likeness.UNCLEAR),  # the two disagree
        ("2.3.0.0T", "2.3.0-t.0+9.abc", "2.3", Likeness.DIFFERENT),
        ("", None, "2.3", Likeness.UNCLEAR),
        ("garbage", None, "2.3", Likeness.UNCLEAR),
    ],
)
def test_two_texts_of_one_sensor(ident: str, firmware: str | None, expected: str, likeness: Likeness) -> None:
    assert compare_reported(ident, firmware, expected) is likeness


def test_a_full_text_is_conclusive_and_a_cut_one_is_not() -> None:
    assert is_conclusive("2.3.0.0R")
    assert not is_conclusive("2.10.0.0")
    assert not is_conclusive("?")


@given(numbers, letters, numbers, letters)
def test_only_equal_numbers_and_letters_match(
    left: list[int], one: str, right: list[int], other: str
) -> None:
    padded = [[*parts, 0][:4] for parts in (left, right)]
    same_letter = (one.upper() or "R") == (other.upper() or "R")
    found = compare(written(left, one), written(right, other))
    equal = padded[0] == padded[1] and same_letter
    assert found in ((Likeness.EQUAL if equal else Likeness.DIFFERENT), Likeness.UNCLEAR)
    if found is Likeness.UNCLEAR:
        assert len(written(left, one)) == 8
        assert not one


@given(numbers, letters, numbers, letters)
def test_order_is_by_number(left: list[int], one: str, right: list[int], other: str) -> None:
    a, b = written(left, one), written(right, other)
    padded = [[*parts, 0][:4] for parts in (left, right)]
    assert is_older(a, b) == (padded[0] < padded[1])
    assert not (is_older(a, b) and is_older(b, a))


@given(st.text(max_size=30))
def test_any_text_is_a_version_or_not(text: str) -> None:
    found = parse(text)
    assert found is None or len(found.numbers) == 4
    if found is None:
        assert is_older(text, "1.0.0") is None
        assert is_older("1.0.0", text) is None


@pytest.mark.parametrize(
    ("text", "comparable"),
    [
        ("2.3.0.0R", True),
        ("V2.3", True),
        ("V1", False),
        ("", False),
        ("latest", False),
        ("2.3\x1b[31m", False),
        ("1" * 65, False),
    ],
)
def test_what_can_be_expected_of_a_sensor(text: str, comparable: bool) -> None:
    assert is_comparable(text) is comparable
