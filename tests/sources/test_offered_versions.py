"""The version of what a source has: as far as it is known, and never another one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.engine.update.versions import Versions
from sicktui.model.enums import Verdict
from sicktui.model.firmware.version import Likeness, compare, is_older, parse, with_any_build
from sicktui.model.run.plan import UpdateOptions
from sicktui.sources.thinx.protocol.versions import semver, sick_version
from sicktui.stores.packages.inspect import inspect_package
from sicktui.stores.packages.shelf import Shelf
from tests.sources.kit import subject
from tests.sources.odd_server import OddServer, buffer, reply, running, source_at
from tests.support.engine_harness import EngineHarness
from tests.thinx_server.firmware import Firmware

FIRMWARE = Firmware.made(40_000).read()


@pytest.mark.parametrize(
    ("offered", "version"),
    [
        ("2.3.1", "2.3.1"),
        ("v2.3.1", "2.3.1"),
        ("2.3", "2.3.0"),
        ("2.4.0-c.0", "2.4.0.0C"),
        ("2.4.0-b.7", "2.4.0.7B"),
        ("2.4.0-r.2", "2.4.0.2R"),
        ("2.4.0+7", "2.4.0"),
        ("2.4.0-c.0+7.abc", "2.4.0.0C"),
        ("2.3.0.1", "2.3.0.1R"),
        ("2.4.0-rc.1", None),
        ("latest1", None),
        ("", None),
        ("1e3", None),
    ],
)
def test_a_version_of_a_server_is_written_as_sick_does(offered: str, version: str | None) -> None:
    assert sick_version(offered) == version


@given(st.tuples(*[st.integers(0, 999)] * 4), st.sampled_from("RBTC"))
def test_what_a_server_is_sent_comes_back_as_it_was_as_far_as_it_can(
    numbers: tuple[int, int, int, int], letter: str
) -> None:
    version = ".".join(map(str, numbers)) + letter
    back = sick_version(semver(version) or "")
    assert back is not None
    likeness = compare(version, with_any_build(back))
    assert likeness is (Likeness.UNCLEAR if letter == "R" and numbers[3] else Likeness.EQUAL)


@pytest.mark.parametrize(
    ("actual", "likeness"),
    [
        ("2.3.3.0R", Likeness.EQUAL),
        ("V2.3.3", Likeness.EQUAL),
        ("2.3.3.1R", Likeness.UNCLEAR),
        ("2.3.3.0C", Likeness.UNCLEAR),
        ("2.3.0.0R", Likeness.DIFFERENT),
        ("2.3.4.0R", Likeness.DIFFERENT),
        ("2.3.3.*", Likeness.UNCLEAR),
    ],
)
def test_three_numbers_leave_build_and_class_open(actual: str, likeness: Likeness) -> None:
    assert compare(actual, with_any_build("2.3.3")) is likeness


def test_an_open_version_ranks_as_the_lowest_that_it_can_mean() -> None:
    assert with_any_build("2.3.3.0C") == "2.3.3.0C"
    assert is_older("2.3.3.*", "2.3.3.1R")
    assert is_older("2.3.2.9R", "2.3.3.*")
    assert parse("2.3.3.*") is None, "no sensor reports it"


@pytest.mark.parametrize(
    ("offered", "name", "version"),
    [
        ("2.4.0-c.0", "picoScan150_2.4.0.0C.spk.signed", "2.4.0.0C"),
        ("2.4.0+7", "picoScan150_2.4.0.spk.signed", "2.4.0"),
        ("2.4.0-rc.1", "picoScan150.spk.signed", None),
        ("../../x", "picoScan150.spk.signed", None),
        ("2.4.0\0", "picoScan150_2.4.0.spk.signed", "2.4.0"),
    ],
)
async def test_a_file_is_named_as_what_it_is(
    tmp_path: Path, offered: str, name: str, version: str | None
) -> None:
    server = OddServer(FIRMWARE)
    server.offered = offered
    async with running(server), source_at(server, tmp_path) as source:
        [offer] = [offer async for offer in source.offers([subject()])]
        (tmp_path / "room").mkdir()
        got = await source.fetch(offer, subject(), tmp_path / "room")
    assert (got.path.name, got.version) == (name, version)


@pytest.mark.parametrize(
    ("name", "version", "is_named"),
    [
        ("picoScan150_2.3.1.2R.spk.signed", "2.3.1.2R", False),
        ("picoScan150_9.9.9.0R.spk.signed", "2.3.1", True),
        ("firmware.spk.signed", "2.3.1", False),
    ],
)
async def test_the_files_own_name_counts_where_it_agrees(
    tmp_path: Path, name: str, version: str, is_named: bool
) -> None:
    server = OddServer(FIRMWARE)
    files = reply({"type": "file", "files": [{"name": name, "data": buffer(FIRMWARE)}]})
    server.get, server.simple = (lambda _: reply("OTT_UPDATE_NOT_AVAILABLE")), (lambda _: files)
    async with running(server), source_at(server, tmp_path) as source:
        [offer] = [offer async for offer in source.offers([subject()])]
        (tmp_path / "room").mkdir()
        got = await source.fetch(offer, subject(), tmp_path / "room")
    assert got.version == version
    assert ("one is wrong" in got.note) is is_named


async def test_what_is_forced_is_of_no_version_that_the_server_did_not_name(tmp_path: Path) -> None:
    server = OddServer(FIRMWARE)
    server.check_in = lambda sent: reply(
        {"registration": {"success": True, "status": "OK", "udid": server.udid(sent)}}
    )
    async with running(server), source_at(server, tmp_path) as source:
        [offer] = [offer async for offer in source.offers([subject()])]
        (tmp_path / "room").mkdir()
        got = await source.fetch(offer, subject(), tmp_path / "room", forced=True)
    assert (got.version, got.path.name) == (None, "picoScan150.spk.signed")


@pytest.mark.parametrize(
    ("source", "version", "given", "expected"),
    [
        ("plant", "2.3.3", None, "2.3.3.*"),
        ("plant", "2.3.3.0C", None, "2.3.3.0C"),
        ("plant", "2.3.3", "2.3.3", "2.3.3"),
        (None, "2.3.3", None, "2.3.3"),
    ],
)
def test_three_numbers_of_a_source_are_not_expected_to_be_all(
    tmp_path: Path, source: str | None, version: str, given: str | None, expected: str
) -> None:
    path = tmp_path / "fw.spk"
    path.write_bytes(FIRMWARE)
    shelf = Shelf(tmp_path / "shelf")
    shelf.add(path, version=version, source=source)
    versions = Versions.of(inspect_package(path), UpdateOptions(expect_version=given), shelf)
    assert versions.expected == expected
    assert versions.warnings == []


@pytest.mark.skips_waiting
@pytest.mark.parametrize(
    ("becomes", "verdict"),
    [
        ("2.3.3.0R", Verdict.SUCCEEDED),
        ("2.3.3.1R", Verdict.UNKNOWN),
        ("2.3.3.0C", Verdict.UNKNOWN),
        ("2.3.4.0R", Verdict.FAILED),
    ],
)
async def test_a_build_that_the_source_did_not_name_is_not_a_failure(
    harness: EngineHarness, becomes: str, verdict: Verdict
) -> None:
    await harness.sensor(version="2.2.1.0R")
    package = harness.package(becomes)
    result = await harness.verdict(package, UpdateOptions(expect_version="2.3.3.*"))
    assert result.verdict is verdict, result.message
