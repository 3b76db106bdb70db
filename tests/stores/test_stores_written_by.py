"""Homes know which sicktui has written them."""

import json
import os
from pathlib import Path

import pytest

from sicktui import __version__
from sicktui.engine.context import open_context
from sicktui.model.errors import ConfigError
from sicktui.stores.disk.written_by import FORMAT, NAME


def opened(folder: Path) -> None:
    context = open_context(home=folder, environ=os.environ, use_keyring=False)
    try:
        context.journal.runs()
    finally:
        context.close()


@pytest.mark.parametrize("before", [None, b"", b"{}", b'{"format":1,"version":"0.0.1"}'], ids=repr)
def test_a_home_is_noted_and_an_older_one_taken(tmp_path: Path, before: bytes | None) -> None:
    note = tmp_path / "data" / NAME
    if before is not None:
        note.parent.mkdir()
        note.write_bytes(before)
    opened(tmp_path)
    assert json.loads(note.read_bytes()) == {"format": FORMAT, "version": __version__}
    moment = note.stat().st_mtime_ns
    opened(tmp_path)
    assert note.stat().st_mtime_ns == moment, "it is not written again"


def test_a_newer_home_is_refused_and_left_alone(tmp_path: Path) -> None:
    note = tmp_path / "data" / NAME
    note.parent.mkdir()
    note.write_text(json.dumps({"format": FORMAT + 1, "version": "99.0.0", "more": True}))
    before = note.read_bytes()
    with pytest.raises(ConfigError) as refused:
        opened(tmp_path)
    assert "99.0.0" in refused.value.message
    assert "Install sicktui 99.0.0" in refused.value.advice
    assert note.read_bytes() == before
    assert [path.name for path in tmp_path.rglob("*")] == ["data", NAME]
