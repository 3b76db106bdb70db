"""The schema of the JSON lines holds for its own examples, and has all records."""

import pytest
from msgspec import Struct, convert

from docs.json_lines import example
from sicktui.model.lines.every import LINES
from tests.support.line_schema import check_schema


@pytest.mark.parametrize("record", LINES, ids=lambda record: record.__name__)
def test_an_example_is_a_line(record: type[Struct]) -> None:
    line = example(record)
    check_schema(line)
    assert isinstance(convert(line, record), record)


def test_a_key_that_is_not_in_the_schema_is_found() -> None:
    line = example(LINES[0])
    with pytest.raises(AssertionError):
        check_schema(line | {"surprise": 1})
    with pytest.raises(AssertionError):
        check_schema({key: value for key, value in line.items() if key != "message"})
