"""Settings one by one, and their change in a file that belongs to people."""

import os
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.errors import ConfigError, SicktuiError, UsageError
from sicktui.stores.config.settings import load_settings
from sicktui.stores.config.settings_file import Origin, SettingRow, change_setting, parse_value, read_rows

OWN = """# Hall 3, by Anna

[timing]   # slow network
poll_interval = 2   # was 5
    settle = 7.5

[sources.plant]
path = '\\\\server\\share'

[keys]
update = "U"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())
    return path


def row(path: Path, name: str, *overrides: str) -> SettingRow:
    return next(each for each in read_rows(path, overrides) if each.name == name)


def test_every_setting_with_its_value_and_where_it_comes_from(tmp_path: Path) -> None:
    path = write(tmp_path, OWN)
    rows = {each.name: each for each in read_rows(path, ["limits.jobs=3", "keys.backup=B"])}
    assert (rows["timing.poll_interval"].shown, rows["timing.poll_interval"].origin) == ("2", Origin.FILE)
    assert (rows["timing.poll_interval"].default, rows["timing.poll_interval"].allowed) == (
        5.0,
        "a number above 0",
    )
    assert rows["timing.flash_timeout"].origin is Origin.DEFAULT
    assert (rows["limits.jobs"].shown, rows["limits.jobs"].origin) == ("3", Origin.CALL)
    assert rows["sources.plant.path"].shown == "\\\\server\\share"
    assert rows["sources.plant.devices"].shown == "[]"
    assert rows["keys.update"].shown == "U"
    assert rows["keys.backup"].origin is Origin.CALL
    assert rows["limits.require_approval"].choices == ("true", "false")
    assert "dark" in rows["dashboard.theme"].choices
    assert all(each.about for each in rows.values() if each.keys[0] != "keys"), "each has a meaning"


def test_a_change_keeps_what_people_wrote(tmp_path: Path) -> None:
    path = write(tmp_path, OWN)
    change_setting(path, ("timing", "poll_interval"), 3.5)
    assert path.read_text() == OWN.replace("= 2   #", "= 3.5   #")
    change_setting(path, ("timing", "poll_interval"), 2)
    assert path.read_text() == OWN
    change_setting(path, ("dashboard", "theme"), "light")
    assert path.read_text().startswith(OWN.rstrip())
    assert load_settings(path).dashboard.theme == "light"
    change_setting(path, ("dashboard", "theme"), None)
    assert row(path, "dashboard.theme").origin is Origin.DEFAULT
    change_setting(path, ("timing", "settle"), None)
    assert "# was 5" in path.read_text()
    assert "settle" not in path.read_text()


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment", "[dashboard]\r\nglyphs = 'ascii'\r\n", "dashboard = {mouse = 'off'}", "\ufeff"],
)
def test_a_change_of_any_file(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    change_setting(path, ("dashboard", "theme"), "light")
    assert load_settings(path).dashboard.theme == "light"
    change_setting(path, ("dashboard", "theme"), None)
    assert load_settings(path).dashboard.theme == "auto"


def test_without_a_file_it_is_made_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    change_setting(path, ("limits", "jobs"), 4)
    assert load_settings(path).limits.jobs == 4
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
        os.chmod(path, 0o644)  # noqa: PTH101
        change_setting(path, ("limits", "jobs"), 5)
        assert path.stat().st_mode & 0o777 == 0o644


def test_what_cannot_be_used_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = write(tmp_path, OWN)
    for keys, value in ((("limits", "jobs"), 0), (("timing", "sett"), 1), (("dashboard", "theme"), "pink")):
        with pytest.raises(UsageError):
            change_setting(path, keys, value)
    with pytest.raises(UsageError, match="a whole number, 1 or more"):
        parse_value(row(path, "limits.jobs"), "0.5")
    assert parse_value(row(path, "device.user"), "Maintenance") == "Maintenance"
    assert parse_value(row(path, "sources.plant.devices"), '["a", "@b"]') == ["a", "@b"]
    assert path.read_text() == OWN
    wrong = OWN + "[limits]\njobs = 0\n"
    path = write(tmp_path, wrong)
    with pytest.raises(ConfigError, match="line 13"):
        change_setting(path, ("limits", "jobs"), 2)
    with pytest.raises(ConfigError, match="line 13"):
        read_rows(path)
    assert path.read_text() == wrong


@given(st.text(max_size=60), st.text(alphabet="abc\"'\\\n\u2028é", max_size=20))
def test_whatever_the_file_holds_only_one_key_changes(
    tmp_path_factory: pytest.TempPathFactory, text: str, value: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "config.toml"
    content = f'# {"".join(c for c in text if c.isprintable())}\n[keys]\nupdate = "U"\n'
    path.write_text(content, encoding="utf-8")
    try:
        change_setting(path, ("device", "user"), value or "x")
    except SicktuiError:
        assert path.read_text(encoding="utf-8") == content
        return
    after = tomllib.loads(path.read_text(encoding="utf-8"))
    assert after == {"keys": {"update": "U"}, "device": {"user": value or "x"}}
