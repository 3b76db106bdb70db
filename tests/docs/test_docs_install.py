"""The page of installing: the list for Windows is complete, and what the wheel should bring is in it."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Set as AbstractSet
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement

from docs.man_page import man_page

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
WINDOWS: Final = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
LINUX: Final = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}


def needed(environment: dict[str, str], extras: AbstractSet[str]) -> set[str]:
    """Every package that sicktui needs there; what is not installed here has no more needs."""
    found: set[tuple[str, AbstractSet[str]]] = set()
    waiting = [("sicktui", extras)]
    while waiting:
        name, asked = waiting.pop()
        try:
            wanted = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        places = [{**environment, "extra": extra} for extra in ("", *asked)]
        for requirement in map(Requirement, wanted):
            marker, canonical = requirement.marker, re.sub(r"[-_.]+", "-", requirement.name).lower()
            package = (canonical, frozenset(requirement.extras))
            if package not in found and (marker is None or any(map(marker.evaluate, places))):
                found.add(package)
                waiting.append(package)
    return {name for name, _ in found}


@pytest.mark.parametrize(
    "extras", [frozenset[str](), frozenset({"fleet", "mqtt", "web"})], ids=["", "extras"]
)
def test_the_folder_of_wheels_for_windows_is_complete(extras: tuple[str, ...]) -> None:
    command = re.search(r"--platform win_amd64.*\\\n\s*(.*)\n", PAGE)
    assert command is not None
    extra = dict(word.split("==") for word in command[1].split() if "==" in word)
    there = needed(WINDOWS, frozenset(extras))
    assert there - needed(LINUX, frozenset(extras)) == set(extra)
    assert not extras or {"dbos", "psycopg-binary", "textual-serve", "paho-mqtt"} <= there
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for name, version in extra.items():
        assert f"{name}=={version} " in pinned


def test_the_wheel_brings_the_manual_and_the_pages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared["docs/sicktui.1"] == "share/man/man1/sicktui.1"
    for source in shared:
        assert (ROOT / source).exists(), source
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert pages | {"README.md", "CHANGELOG.md"} <= set(shared)


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_the_manual_can_be_formatted() -> None:
    shown = subprocess.run(
        ["groff", "-man", "-wall", "-Tascii"], input=man_page(), capture_output=True, text=True, check=True
    )
    assert shown.stderr == ""
    assert "sicktui runs report RUN" in re.sub("\x1b\\[[0-9;]*m|.\b", "", shown.stdout)


def test_the_changelog_names_its_releases() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *releases = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert first == "[Unreleased]"
    dates = []
    for release in releases:
        named = re.fullmatch(r"\[\d+\.\d+\.\d+\] - (\d{4}-\d\d-\d\d)", release)
        assert named, release
        dates.append(named[1])
    assert dates == sorted(dates, reverse=True)
