"""What the pages state of defaults is what the settings have, and each wait names where it comes from."""

import json
import re
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.model.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
DEFAULTS = {
    f"{section}.{key}": value
    for section, table in structs.asdict(Settings()).items()
    if not isinstance(table, dict)
    for key, value in structs.asdict(table).items()
}
OF_SENSORS = ("timing.", "limits.", "discovery.", "device.")
ORIGINS = ("firmware article", "authentication article", "SICK's guide", "ours")
_IN_BRACKETS = re.compile(r"`(\w+\.\w+)` \((\d+(?:\.\d+)?)(?: s)?\)")
"""``discovery.wait`` (5 s): a setting with its default."""
_CHANGED = re.compile(r"^- [^\n`]*?(\d+) s [^\n`]*instead of (\d+) s \(`(\w+\.\w+)`\)", re.MULTILINE)
"""Wait 600 s for a reboot instead of 60 s (``timing.reconnect_timeout``): a default that changed."""


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_the_table_of_defaults_has_every_setting_of_sensors_its_default_and_its_source() -> None:
    text = read(ROOT / "docs" / "reliability.md")
    table = text[text.index("## Where the defaults come from") : text.index("## The rule")]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in table.splitlines() if "`" in line]
    stated = {name.strip("`"): json.loads(default.strip("`").removesuffix(" s")) for name, default, _ in rows}
    assert stated == {key: value for key, value in DEFAULTS.items() if key.startswith(OF_SENSORS)}
    assert [name for name, _, origin in rows if not origin.startswith(ORIGINS)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_default_in_brackets_is_the_default(page: Path) -> None:
    for key, value in _IN_BRACKETS.findall(read(page)):
        assert DEFAULTS.get(key) == float(value), key


def test_the_changelog_names_the_defaults_that_changed() -> None:
    changed = {key: float(now) for now, _, key in _CHANGED.findall(read(ROOT / "CHANGELOG.md"))}
    assert changed == {"timing.reconnect_timeout": DEFAULTS["timing.reconnect_timeout"]}
