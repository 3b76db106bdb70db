"""Versions: read from names, compared, matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.version import from_name, is_older, is_tellable, matches, ordering

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
    assert version is None or ordering(version.rstrip("RB")) is not None or ordering(version) is not None


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("2.3.0.0R", "2.3.0.0R"),
        (" 2.3.0.0R ", "2.3.0.0R\n"),
        ("2.3.0.0R", "2.3.0"),
        ("2.3.0.0R", "2.3.0.0"),
        ("2.3.0.0R", "2.3.0.0r"),
        ("2.3.0.0R", "2.3.0R"),
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
        ("2.3.0.0", "2.3.0.0R"),
        ("2.3.0.0R", "2.3"),
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


@given(numbers, letters, numbers, letters)
def test_only_equal_numbers_match(left: list[int], one: str, right: list[int], other: str) -> None:
    padded = [[*parts, 0][:4] for parts in (left, right)]
    same_letter = one.upper() == other.upper() or not other
    assert matches(written(left, one), written(right, other)) == (padded[0] == padded[1] and same_letter)


@given(numbers, letters, numbers, letters)
def test_order_is_by_number(left: list[int], one: str, right: list[int], other: str) -> None:
    a, b = written(left, one), written(right, other)
    padded = [[*parts, 0][:4] for parts in (left, right)]
    assert is_older(a, b) == (padded[0] < padded[1])
    assert not (is_older(a, b) and is_older(b, a))


@given(st.text(max_size=30))
def test_any_text_is_a_version_or_not(text: str) -> None:
    found = ordering(text)
    assert found is None or len(found) == 4
    assert matches(text, text)
    if found is None:
        assert is_older(text, "1.0.0") is None
        assert is_older("1.0.0", text) is None


@pytest.mark.parametrize(
    ("text", "tellable"),
    [
        ("2.3.0.0R", True),
        ("V1", True),
        ("", False),
        ("latest", False),
        ("2.3\x1b[31m", False),
        ("1" * 65, False),
    ],
)
def test_what_a_sensor_can_tell_as_its_version(text: str, tellable: bool) -> None:
    assert is_tellable(text) is tellable
