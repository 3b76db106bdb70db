"""How the dashboard looked: a file that may be of another version, or nonsense."""

import json
from pathlib import Path

import pytest

from sicktui.stores.memory.view import LONGEST, ViewMemory, ViewRecord


def test_only_what_was_changed_is_written_and_the_rest_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "state" / "view.json"
    assert ViewMemory(file).read() == ViewRecord()
    first = ViewRecord(order="trouble first", filter="@hall")
    ViewMemory(file).write(ViewRecord(), first)
    assert ViewMemory(file).read() == first
    file.write_text(json.dumps(json.loads(file.read_text()) | {"later": {"x": 1}, "backwards": True}))
    other = ViewRecord(order="trouble first", filter="", columns=("contact",))
    ViewMemory(file).write(first, other)
    found = json.loads(file.read_text())
    assert found == {
        "order": "trouble first",
        "filter": "",
        "columns": ["contact"],
        "later": {"x": 1},
        "backwards": True,
    }, "what a newer version, and another dashboard, have written stays"


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "\x00", '{"order": ' + "[" * 5000, "null"])
def test_nonsense_counts_as_no_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "view.json"
    file.write_text(text)
    assert ViewMemory(file).read() == ViewRecord()
    ViewMemory(file).write(ViewRecord(), ViewRecord(backwards=True))
    assert ViewMemory(file).read() == ViewRecord(backwards=True)


def test_a_value_that_cannot_be_used_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "view.json"
    file.write_text(
        json.dumps(
            {
                "order": 7,
                "backwards": "yes",
                "filter": "x" * (LONGEST + 1),
                "columns": ["model", 3],
                "log_lines": 9,
            }
        )
    )
    assert ViewMemory(file).read() == ViewRecord(log_lines=9)


def test_a_folder_in_place_of_the_file_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "view.json").mkdir()
    memory = ViewMemory(tmp_path / "view.json")
    memory.write(ViewRecord(), ViewRecord(backwards=True))
    assert memory.read() == ViewRecord()
