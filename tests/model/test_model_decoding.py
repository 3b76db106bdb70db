"""JSON that was kept: whatever is wrong with it is one kind of error."""

import msgspec
import pytest
from msgspec import Struct

from sicktui.model.decoding import decode_json
from sicktui.model.run.event import decode


class Note(Struct):
    text: str


DEEP = b"[" * 50_000 + b"]" * 50_000


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"text":"\xff"}', "not UTF-8"),
        (b'{"text":"a","x":' + DEEP + b"}", "nested far too deeply"),
        (b'{"text":1}', "Expected `str`"),
        (b'{"text":', "truncated"),
    ],
)
def test_every_fault_is_a_decode_error(raw: bytes, words: str) -> None:
    with pytest.raises(msgspec.DecodeError, match=words):
        decode_json(raw, Note)


def test_a_row_of_the_journal_too() -> None:
    head = b'{"kind":"log","ts":"2026-11-21T09:54:27.123Z","level":"info","message":'
    for rest in (b'"\xff"}', b'"m","x":' + DEEP + b"}"):
        with pytest.raises(msgspec.DecodeError):
            decode(head + rest)


@pytest.mark.parametrize(
    "moment", ["", "yesterday", "2026-11-21T09:54:27", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z"]
)
def test_a_time_that_is_none_is_refused(moment: str) -> None:
    row = {"kind": "log", "ts": moment, "level": "info", "message": "m"}
    with pytest.raises(msgspec.ValidationError, match="is not a time"):
        decode(msgspec.json.encode(row))
