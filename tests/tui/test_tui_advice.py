"""Advice in the dashboard names its keys: no sentence sends an operator to the command line."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sicktui
from sicktui.tui.commands.advice import in_keys
from sicktui.tui.commands.keymap import KeyMap

ROOT = Path(sicktui.__file__).parent
BELOW_THE_FACES = ("engine", "stores", "sensor", "sources", "discovery", "model")
NOT_FOR_A_FACE = {
    "engine/run/session.py": "the options of systemd-run",
    "engine/run/spawn.py": "the options of the runner's own process",
    "stores/config/settings.py": "--set exists on the command line alone, and is named as it was typed",
    "model/settings.py": "the descriptions of settings, for the page of settings",
}


def sentences(tree: ast.AST) -> Iterator[str]:
    """Every text of a module but docstrings; what is filled in later is X."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node)} - {id(node)}
            parts = [part.value if isinstance(part, ast.Constant) else "X" for part in node.values]
            yield "".join(map(str, parts))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def every_sentence() -> list[tuple[str, str]]:
    found = []
    for layer in BELOW_THE_FACES:
        for path in sorted((ROOT / layer).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in NOT_FOR_A_FACE:
                found += [(name, text) for text in sentences(ast.parse(path.read_text("utf-8")))]
    return found


def test_no_advice_that_can_reach_the_dashboard_names_a_command_or_an_option() -> None:
    left = []
    named = 0
    for name, text in every_sentence():
        spoken = in_keys(text)
        named += spoken != text
        shown = spoken.replace("systemd-run --user", "")
        if " " in text and ("'sicktui " in shown or "--" in shown) and not text.startswith(("# ", "--")):
            left.append((name, spoken))
    assert not left, "\n".join(f"{name}: {text}" for name, text in left)
    assert named > 80, "the walk finds the advice"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Check it with 'sicktui status'. To be certain, update it again with --force.",
         "Check it with v (details). To be certain, update it again with f in the plan."),
        ("'sicktui runs list' shows the state of every run.", "& (runs) shows the state of every run."),
        ("Read its parameters ('sicktui get', 'sicktui diff') and restore.",
         "Read its parameters ($, d) and restore."),
        ("'sicktui devices list' shows the names.", "the device list shows the names."),
        ("Give it with --password-stdin or SICKTUI_PASSWORD, or store it with 'sicktui login'.",
         "Store it with l (login)."),
        ("'sicktui restore gate-1 --backup latest --replace', or 'sicktui devices edit gate-1 --serial 7'",
         "E (replace), or e (edit)"),
        ("To restore them: sicktui restore gate-1 --backup 20261130", "To restore them: r (restore)"),
        ("a--force-b stays, and so does -- and sicktui", "a--force-b stays, and so does -- and sicktui"),
    ],
)  # fmt: skip
def test_commands_and_options_become_keys(text: str, shown: str) -> None:
    assert in_keys(text) == shown


def test_the_keys_are_those_of_the_settings() -> None:
    assert in_keys("Use 'sicktui login'.", KeyMap({"login": "f5"})) == "Use f5 (login)."
