"""The pages say what the code does: a page that lies is a bug."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from docs.generate import PAGES

ROOT = Path(__file__).parents[2]
WRITTEN = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert committed == PAGES[name](), "run: python docs/generate.py"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [
        target
        for target in targets
        if not target.startswith(("http://", "https://")) and not (page.parent / target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", page.read_text(encoding="utf-8"))
    assert [
        path for path in named if not any((base / path).exists() for base in (ROOT, ROOT / "sicktui"))
    ] == []


def test_the_map_has_every_package() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = page[page.index("```text") : page.index("```\n", page.index("```text"))]
    packages = [path.parent.name for path in (ROOT / "sicktui").glob("**/__init__.py")]
    assert [name for name in packages if f"{name}/" not in tree] == []


def test_a_package_names_each_of_its_modules() -> None:
    unnamed: list[str] = []
    for path in (ROOT / "sicktui").glob("**/__init__.py"):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        named = re.findall(r"\w+", " ".join(re.findall(r"``(.+?)``", text, re.DOTALL)))
        modules = [
            *path.parent.glob("[!_]*.py"),
            *(each.parent for each in path.parent.glob("*/__init__.py")),
        ]
        unnamed += [str(module.relative_to(ROOT)) for module in modules if module.stem not in named]
    assert unnamed == []


def test_every_dependency_has_its_sentence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in project["dependencies"]}
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = {row.split("|")[1].strip() for row in page.splitlines() if row.startswith("| ")}
    assert names - table == set()


def test_the_readme_starts_with_the_picture_and_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    picture, demo, tests = (
        readme.index("!["),
        readme.index("sicktui demo\n"),
        readme.index("pytest"),
    )
    assert picture < demo < tests < readme.index("\n## ")
