"""Homes that released versions have written: a device list, a backup and its run, a package."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from sicktui import __version__
from sicktui.stores.journal.formats import SCHEMA
from tests.support.program import ProgramHarness

HOMES = Path(__file__).parents[1] / "stores" / "homes"
BACKUP = "25420067-20261130-104149-739ee9"


@pytest.mark.parametrize("version", [path.stem for path in HOMES.glob("*.zip")])
def test_the_home_of_a_released_version_is_read_and_used(program: ProgramHarness, version: str) -> None:
    with zipfile.ZipFile(HOMES / f"{version}.zip") as file:
        file.extractall(program.home)

    def one(*words: str) -> dict[str, object]:
        result = program.here(*words, "--json", fast=False)
        assert result.code == 0, result
        [line] = result.lines
        return line

    assert one("devices", "list")["tags"] == ["hall-3"]
    assert one("runs", "list")["state"] == "finished"
    assert one("backups", "list")["id"] == BACKUP
    assert program.here("backups", "verify", "--json", fast=False).code == 0
    assert one("firmware", "list")["version"] == "2.4.0.0R"
    shown = program.here("runs", "show", "latest", "--json", fast=False)
    assert [line["verdict"] for line in shown.of_kind("verdict")] == ["succeeded"]
    # What is changed is kept as this version writes it, and nothing of the older one is lost.
    assert program.here("devices", "edit", "gate-1", "--note", "north", fast=False).code == 0
    device = one("devices", "list")
    assert (device["note"], device["tags"]) == ("north", ["hall-3"])
    assert program.here("backup", "127.0.0.1:9", fast=False).code == 4
    assert len(program.here("runs", "list", "--json", fast=False).lines) == 2
    with closing(sqlite3.connect(program.home / "state" / "journal.db")) as journal:
        assert journal.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    assert json.loads((program.home / "data" / "home.json").read_text())["version"] == __version__
