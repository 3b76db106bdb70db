"""Finds the seven habits of wording that make this program's English strange.

``python -m tests.docs.wording [PATH...]`` lists them (all of ``sicktui/`` and the pages by default): strings,
docstrings and comments of Python files, and the prose of Markdown. Exit code 1 if it finds any.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs")
ALLOWED: Final = Path(__file__).with_name("wording_allowed.toml")
"""Passages that are right as they are, each with its reason."""

_THERE: Final = r"there(?:\s+\w+){0,2}\s+"
_PEOPLE: Final = (
    r"vendor|article|guide|SICK|manual|OpenAPI|specification|RFC|operators?|persons?|people|users?"
)
_MACHINES: Final = (
    r"sensors?|devices?|files?|machines?|it|they|journal|runner|process|program|sicktui|packages?|names?|"
    r"metadata|reply|replies|answers?|header|vault|keyring|servers?|version|which|that|plan|run|system|PC"
)


@dataclass(frozen=True)
class Habit:
    """One habit: its name, how to find it, and what to write instead."""

    name: str
    pattern: re.Pattern[str]
    instead: str


def _habit(name: str, pattern: str, instead: str) -> Habit:
    # A phrase may be broken anywhere, also behind the `#` of a comment.
    return Habit(name, re.compile(pattern.replace(" ", r"[\s#]+"), re.IGNORECASE), instead)


HABITS: Final = (
    # "There is no keyring" is English, "this is no keyring" is not.
    _habit(
        "is no",
        rf"(?P<fine>{_THERE})?\b(?:is|are|was|were|be) no(?:ne)?\b"
        r"(?! (?:longer|more|less|later|earlier|older|newer|sooner|matter|one|of)\b)",
        "is not an X, is not a valid X",
    ),
    _habit(
        "tells, says, gives",
        rf"(?P<fine>\b(?:{_PEOPLE}) )?\b(?:tells|says|told|said)\b"
        rf"|\b(?:{_MACHINES}) (?:gives?|gave|tell|say)\b"
        r"|\b(?:not|cannot|can|could|may|might|must) (?:tell|say)\b(?! apart)",
        "reports, returns, shows",
    ),
    _habit(
        "lies, stands",
        r"\b(?:lies|lie|lying|stands|stand|standing|stood)\b(?!-| (?:in )?for\b| still\b)",
        "is, is stored, is listed",
    ),
    _habit(
        "nobody, whoever", r"\b(?:nobody|whoever|whomever)\b", "passive, cannot be determined, anyone who"
    ),
    _habit("of its own", r"\bof (?:its|their|his|her|our|your|my|one's) own\b", "its own X, separate"),
    _habit(
        "is going",
        r"\b(?:is|are|was|were|be|still|already|not|runs?|one) going\b(?! to\b)",
        "running",
    ),
    _habit(
        "so many, so long",
        r"\bso (?:many|long|much|often|few)\b(?! as\b)",
        "this many, that long, or the number",
    ),
    _habit("Say --option", r"\bsay --", "Use --option"),
    _habit("take over, bring back", r"\b(?:take|takes|taken|took|taking) over\b", "apply, copy"),
    _habit(
        "take over, bring back",
        r"\b(?:bring|brings|brought|bringing)(?: \S+){0,3} (?:back|to (?:its|their|an|the) end)\b",
        "restore, finish",
    ),
    _habit("metadata are", r"\bmetadata (?:are|were|lie|lies|say|have)\b", "metadata is, metadata has"),
    _habit("seen to hold", r"\bseen to hold\b", "last confirmed"),
    _habit("until sicktui ends", r"\buntil sicktui ends\b", "until sicktui exits"),
    _habit("let X blink", r"\blets?(?: \S+){1,3} blink\b", "make X blink"),
)


@dataclass(frozen=True)
class Finding:
    """One habit at one place."""

    path: str
    line: int
    habit: Habit
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.habit.name}] {self.text}  (better: {self.habit.instead})"


def findings(path: Path) -> Iterator[Finding]:
    """The habits in one file that the list of what is allowed does not excuse."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
    allowed = [text for where, text in allowances() if where == name]
    for line, text in _texts(path):
        for start, habit, around in habits_in(text):
            if not any(words in around for words in allowed):
                yield Finding(name, line + text.count("\n", 0, start), habit, around)


def habits_in(text: str) -> Iterator[tuple[int, Habit, str]]:
    """Each habit in ``text`` with where it begins and the words around it."""
    for habit in HABITS:
        for found in habit.pattern.finditer(text):
            if found.groupdict().get("fine") is None:
                around = text[max(0, found.start() - 45) : found.end() + 45]
                yield found.start(), habit, " ".join(around.split())


def allowances() -> list[tuple[str, str]]:
    """File and passage of everything that is allowed."""
    allowed = tomllib.loads(ALLOWED.read_text(encoding="utf-8")).get("allow", [])
    return [(entry["file"], entry["text"]) for entry in allowed]


def files(paths: Sequence[Path]) -> list[Path]:
    """The Python and Markdown files of ``paths``, which are files or folders."""
    found: list[Path] = []
    for path in paths:
        found += [path] if path.is_file() else [*path.rglob("*.py"), *path.rglob("*.md")]
    return sorted(set(found))


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of every passage of a file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        # What is quoted as code is a name; the fenced blocks are help and output, and are read too.
        yield 1, re.sub(r"(?<!`)`[^`\n]+`(?!`)", "`code`", source)
        return
    for node in _outermost(ast.parse(source)):
        yield node.lineno, _text(node)
    yield from _comments(source)


def _outermost(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Every string, a formatted one as a whole."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            yield child
            for part in child.values:
                yield from _outermost(part)
        elif isinstance(child, ast.Constant):
            if isinstance(child.value, str) and not isinstance(node, ast.JoinedStr):
                yield child
        else:
            yield from _outermost(child)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(_part(part) for part in node.values)


def _part(part: ast.expr) -> str:
    """A part of a formatted string; of ``{"is" if one else "are"}`` the first: a habit may begin there."""
    match part:
        case ast.Constant():
            return str(part.value)
        case ast.FormattedValue(value=ast.IfExp(body=ast.Constant(value=str(words)))):
            return words
    return "{}"


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Comments, those on lines that follow each other as one."""
    block: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if block and token.start[0] != last + 1:
            yield last - len(block) + 1, "\n".join(block)
            block = []
        block.append(token.string)
        last = token.start[0]
    if block:
        yield last - len(block) + 1, "\n".join(block)


def main(arguments: Sequence[str]) -> int:
    """Print every habit in the files and folders named, or in all of them."""
    paths = [Path(argument).resolve() for argument in arguments]
    wanted = paths or [ROOT / "sicktui", *(ROOT / page for page in PAGES)]
    number = 0
    for path in files(wanted):
        for finding in findings(path):
            number += 1
            print(finding)  # noqa: T201  this is a command
    return 1 if number else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
