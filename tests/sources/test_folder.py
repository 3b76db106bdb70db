"""A folder as a source, by the commands: what it offers, and what of it cannot be used."""

import os
import random
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sicktui.simulator import make_package
from tests.sources.site import configure
from tests.support.program import ProgramHarness

NOISE = random.Random(1).randbytes(40_000)  # noqa: S311
OLD = 60.0
"""Seconds since the last change of a file that nobody is copying any more."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "share"
    made.mkdir()
    return made


@pytest.fixture
def sources(program: ProgramHarness, folder: Path) -> ProgramHarness:
    configure(program, f'[sources.plant]\nkind = "folder"\npath = "{folder}"\n')
    return program


def drop(folder: Path, name: str, *, version: str = "2.4.0.0R", size: int = 20_000, age: float = OLD) -> Path:
    path = folder / name
    make_package(path, "picoScan", version, size=size, signed=True)
    return aged(path, age)


def aged(path: Path, age: float = OLD) -> Path:
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def offers(program: ProgramHarness, *words: str) -> list[dict[str, Any]]:
    result = program.here("firmware", "check", "--json", *words, fast=False)
    assert result.lines[-1]["operation"] == "check"
    return result.of_kind("offer")


def test_a_package_is_offered_fetched_and_then_known(sources: ProgramHarness, folder: Path) -> None:
    drop(folder, "picoScan150_2.4.0.0R.spk.signed")
    [offer] = offers(sources)
    assert (offer["source"], offer["device"], offer["version"], offer["state"]) == (
        "plant",
        None,
        "2.4.0.0R",
        "offered",
    )
    result = sources.here("firmware", "fetch", "plant", "--json", fast=False)
    assert result.code == 0, result
    [package] = result.of_kind("package")
    assert (package["source"], package["approved"], package["version"]) == ("plant", False, "2.4.0.0R")
    assert [line["state"] for line in result.of_kind("offer")] == ["fetched"]
    assert [line["state"] for line in offers(sources)] == ["fetched"]
    [listed] = sources.here("firmware", "list", "--json", fast=False).lines
    assert (listed["source"], listed["sha256"], listed["bytes"]) == ("plant", package["sha256"], 20_000)


def test_auto_update_fetches_and_never_approves(sources: ProgramHarness, folder: Path) -> None:
    drop(folder, "picoScan150_2.4.0.0R.spk.signed")
    [offer] = offers(sources, "--set", "sources.plant.auto_update=true")
    assert offer["state"] == "fetched"
    [listed] = sources.here("firmware", "list", "--json", fast=False).lines
    assert listed["approved"] is False


def test_a_vendors_zip_and_its_unpacked_copy_are_one_offer(sources: ProgramHarness, folder: Path) -> None:
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    package = drop(unpacked, "picoScan150_2.4.0.0R.spk.signed")
    with zipfile.ZipFile(folder / "download.zip", "w") as archive:
        archive.write(package, f"docs/{package.name}")
    aged(folder / "download.zip")
    [offer] = offers(sources)
    assert offer["state"] == "offered"
    package.unlink()
    [again] = offers(sources)
    assert (again["state"], again["version"]) == ("offered", "2.4.0.0R")
    assert sources.here("firmware", "fetch", fast=False).code == 0
    [listed] = sources.here("firmware", "list", "--json", fast=False).lines
    assert listed["name"] == "picoScan150_2.4.0.0R.spk.signed"


def test_of_equal_files_the_one_whose_name_has_the_version_is_offered(
    sources: ProgramHarness, folder: Path
) -> None:
    package = drop(folder, "picoScan150_2.4.0.0R.spk.signed")
    (folder / "a.spk.signed").write_bytes(package.read_bytes())
    aged(folder / "a.spk.signed")
    [offer] = offers(sources)
    assert (offer["state"], offer["version"]) == ("offered", "2.4.0.0R")


def test_two_files_of_one_version_with_different_bytes_are_both_named(
    sources: ProgramHarness, folder: Path
) -> None:
    drop(folder, "picoScan150_2.4.0.0R.spk.signed")
    drop(folder, "picoScan150_2.4.0.0R (1).spk.signed", size=30_000)
    drop(folder, "multiScan_2.4.0.0R.spk", size=25_000)
    found = {offer["message"].split(" has ")[0]: offer["state"] for offer in offers(sources)}
    assert found == {
        "picoScan150_2.4.0.0R.spk.signed": "refused",
        "picoScan150_2.4.0.0R (1).spk.signed": "refused",
        "multiScan_2.4.0.0R.spk.": "offered",
    }
    result = sources.here("firmware", "check", fast=False)
    assert result.code == 1
    assert "different bytes" in result.out


def test_a_file_that_is_being_copied_is_not_offered(sources: ProgramHarness, folder: Path) -> None:
    growing = drop(folder, "picoScan150_2.4.0.0R.spk.signed", age=0)
    with growing.open("ab") as file:
        ended = threading.Event()

        def grow() -> None:
            while not ended.wait(0.02):
                file.write(os.urandom(100))
                file.flush()

        thread = threading.Thread(target=grow)
        thread.start()
        try:
            [offer] = offers(sources)
        finally:
            ended.set()
            thread.join()
    assert offer["state"] == "unavailable"
    assert "still being copied" in offer["message"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.spk", b"<!DOCTYPE html><html>Not found</html>" * 40, "web page"),
        ("empty.spk", b"", "empty"),
        ("half.spk.signed", NOISE + bytes(40_000), "did not finish"),
        ("half.zip", b"PK\x03\x04" + NOISE, "cannot be unpacked"),
    ],
    ids=["page", "empty", "half", "half-zip"],
)
def test_what_is_not_a_package_is_refused_by_name(
    sources: ProgramHarness, folder: Path, name: str, content: bytes, words: str
) -> None:
    aged_file = folder / name
    aged_file.write_bytes(content)
    aged(aged_file)
    result = sources.here("firmware", "fetch", "--json", fast=False)
    [offer] = result.of_kind("offer")
    assert result.code == 1
    assert offer["state"] == "refused"
    assert name in offer["message"]
    assert words in offer["message"]
    assert sources.here("firmware", "list", "--json", fast=False).lines == []


def test_a_share_that_is_gone_is_one_sentence_and_comes_back(sources: ProgramHarness, folder: Path) -> None:
    drop(folder, "picoScan150_2.4.0.0R.spk.signed")
    away = folder.with_name("away")
    folder.rename(away)
    result = sources.here("firmware", "check", fast=False)
    assert result.code == 3
    assert "cannot be read: it is not there" in result.out
    away.rename(folder)
    assert [offer["state"] for offer in offers(sources)] == ["offered"]


def test_a_package_that_changed_after_the_check_is_hashed_again(
    sources: ProgramHarness, folder: Path
) -> None:
    drop(folder, "picoScan150_2.4.0.0R.spk.signed")
    assert offers(sources)[0]["state"] == "offered"
    drop(folder, "picoScan150_2.4.0.0R.spk.signed", size=25_000)
    assert sources.here("firmware", "fetch", fast=False).code == 0
    [listed] = sources.here("firmware", "list", "--json", fast=False).lines
    assert listed["bytes"] == 25_000


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('kind = "folder"\n', "needs a path"),
        ('kind = "folder"\npath = "packages"\n', "depends on the folder"),
        ('kind = "thinx"\nurl = "thinx.example.com"\n', "not the address of a server"),
        ('kind = "thinx"\nurl = "https://a.example"\nowner = "12"\n', "not 64 hex digits"),
        ('kind = "ftp"\n', "must be"),
        ('kind = "folder"\npth = "/x"\n', "sources.plant.path"),
    ],
)
def test_settings_that_cannot_be_used_are_named(program: ProgramHarness, table: str, words: str) -> None:
    configure(program, f"[sources.plant]\n{table}")
    result = program.here("firmware", "check", fast=False)
    assert result.code == 2
    assert words in result.err


def test_a_source_that_is_not_known_is_named(sources: ProgramHarness) -> None:
    result = sources.here("firmware", "check", "plnt", fast=False)
    assert result.code == 2
    assert "did you mean 'plant'?" in result.err


@pytest.mark.skipif(
    sys.platform != "linux", reason="names of other bytes than UTF-8 need a file system for it"
)
def test_a_name_that_is_not_text_is_named_and_costs_no_other(program: ProgramHarness, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    for name in (b"pico\xff_6.0.0.0R.spk.signed", b"picoScan150_2.4.0.0R.spk.signed"):
        with open(os.fsencode(share) + b"/" + name, "wb") as file:  # noqa: PTH123  bytes
            file.write(os.urandom(9000))
    configure(program, f'[sources.share]\nkind = "folder"\npath = "{share}"\n')
    for words in (("check",), ("check", "--json"), ("fetch", "--json")):
        result = program.here("firmware", *words, fast=False)
        assert result.code == 1, result
        assert "not text in UTF-8" in result.out
    states = sorted(offer["state"] for offer in result.of_kind("offer"))
    assert states == ["fetched", "refused"]
