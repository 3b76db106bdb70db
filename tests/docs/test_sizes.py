"""Rooms and files stay small enough to take in at a glance."""

from collections import Counter
from pathlib import Path

import sicktui

MODULES = sorted(Path(sicktui.__file__).parent.rglob("*.py"))


def test_no_folder_has_more_than_fifteen_modules() -> None:
    assert {
        str(room): size for room, size in Counter(path.parent for path in MODULES).items() if size > 15
    } == {}


def test_no_module_has_more_than_four_hundred_lines() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
