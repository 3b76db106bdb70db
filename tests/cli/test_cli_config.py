"""``sicktui config``: every setting in force, and an edit that is checked before it is taken."""

import sys

import pytest

from sicktui.cli.actions.pc.config import editor
from sicktui.model.errors import UsageError
from tests.support.program import ProgramHarness

FILE = "# ours\n[timing]\npoll_interval = 2.0   # quick\n"


def configured(program: ProgramHarness, text: str = FILE) -> None:
    (program.home / "config").mkdir(parents=True)
    (program.home / "config" / "config.toml").write_text(text)


def text_of(program: ProgramHarness) -> str:
    return (program.home / "config" / "config.toml").read_text()


def edited(program: ProgramHarness, code: str) -> dict[str, str]:
    """An editor that does this with the text of the file."""
    script = program.folder / "editor.py"
    script.write_text(
        f"import sys, pathlib\np = pathlib.Path(sys.argv[1])\nt = p.read_text()\n{code}\np.write_text(t)\n"
    )
    return {"EDITOR": f"{sys.executable} {script}"}


def test_every_setting_is_shown_with_its_origin(program: ProgramHarness) -> None:
    configured(program)
    shown = program.here("config", "--json", "--set", "limits.jobs=3", fast=False).of_kind("setting")
    settings = {line["key"]: line for line in shown}
    assert (settings["timing.poll_interval"]["value"], settings["timing.poll_interval"]["origin"]) == (
        2,
        "config.toml",
    )
    assert (settings["limits.jobs"]["value"], settings["limits.jobs"]["origin"]) == (3, "--set")
    assert settings["timing.settle"]["origin"] == "default"
    text = program.here("config", fast=False).out
    assert "timing.poll_interval" in text
    assert "config.toml" in text
    path = program.here("config", "path", fast=False).out.strip()
    assert path == str(program.home / "config" / "config.toml")


def test_an_edit_keeps_comments(program: ProgramHarness) -> None:
    configured(program)
    result = program.here("config", "edit", fast=False, **edited(program, "t = t.replace('2.0', '3.0')"))  # type: ignore[arg-type]
    assert result.code == 0, result
    assert text_of(program) == FILE.replace("2.0", "3.0")


def test_what_cannot_be_used_is_not_taken(program: ProgramHarness) -> None:
    configured(program)
    result = program.here("config", "edit", fast=False, **edited(program, "t += 'pol = 1'"))  # type: ignore[arg-type]
    assert (result.code, text_of(program)) == (2, FILE)
    assert "timing.pol" in result.err
    meanwhile = (
        f"pathlib.Path({str(program.home / 'config' / 'config.toml')!r}).write_text(''); t += '# mine'"
    )
    result = program.here("config", "edit", fast=False, **edited(program, meanwhile))  # type: ignore[arg-type]
    assert (result.code, text_of(program)) == (2, "")
    assert "meanwhile" in result.err


def test_a_file_that_cannot_be_used_can_be_mended_and_a_new_one_begun(program: ProgramHarness) -> None:
    unchanged = program.here("config", "edit", fast=False, EDITOR="true")
    assert (unchanged.code, (program.home / "config" / "config.toml").exists()) == (0, False)
    configured(program, "[[[")
    assert program.here("config", fast=False).code == 2
    result = program.here("config", "edit", fast=False, **edited(program, "t = ''"))  # type: ignore[arg-type]
    assert (result.code, text_of(program)) == (0, "")
    assert program.here("config", "edit", fast=False, EDITOR="false").code == 2


def test_the_editor() -> None:
    assert editor({"VISUAL": "code --wait", "EDITOR": "vi"}, terminal=False) == ["code", "--wait"]
    with pytest.raises(UsageError):
        editor({}, terminal=False)
