"""The golden files: one a scene, with a section for each look and size."""

import difflib
import os
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "golden"
RENEW: Final = "SICKTUI_RENEW_SNAPSHOTS"
"""Set to anything, this variable makes the tests write the files instead of comparing."""
_HEAD: Final = "== "

Sections = dict[str, list[str]]
"""The lines of each section, by its name."""


def read(scene: str) -> Sections:
    """The sections of a scene; none if it has no file yet."""
    path = FOLDER / f"{scene}.txt"
    found: Sections = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith(_HEAD):
            lines = found.setdefault(line.removeprefix(_HEAD), [])
        else:
            lines.append(line)
    return found


def write(scene: str, sections: Sections) -> None:
    """Replace these sections of a scene, and keep the others."""
    FOLDER.mkdir(exist_ok=True)
    merged = {**read(scene), **sections}
    text = "".join(
        f"{_HEAD}{name}\n" + "".join(f"{line}\n" for line in merged[name]) for name in sorted(merged)
    )
    (FOLDER / f"{scene}.txt").write_text(text, encoding="utf-8")


def differences(scene: str, sections: Sections) -> list[str]:
    """What differs from the golden file, as lines of a diff; nothing with ``RENEW``: it writes them."""
    if os.environ.get(RENEW):
        write(scene, sections)
        return []
    kept = read(scene)
    lines: list[str] = []
    for name, shown in sections.items():
        title = f"{scene}, {name}"
        lines += difflib.unified_diff(
            kept.get(name, []), shown, f"{title}: golden", f"{title}: now", lineterm=""
        )
    return lines
