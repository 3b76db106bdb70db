"""Firmware in JSON, decoded as it comes: ``{"type":"Buffer","data":[77,90,...]}`` at any place in it.

90 MB of firmware are 321 MB of JSON. Numbers go to a file piece by piece; everything else is small and is
returned as usual, with a ``Blob`` in place of each list of numbers.
"""

import re
from collections.abc import Callable, Generator
from typing import Any, Final

import msgspec

from sicktui.model.decoding import decode_json
from sicktui.model.safe_text import clean
from sicktui.sources.part_file import Blob, PartFile

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_SCALAR: Final = re.compile(rb"[-+0-9.a-zA-Z]*")
_STOP: Final = re.compile(rb'["\\]')
_LONGEST_TEXT: Final = 1024 * 1024
"""Bytes of a text in it: a file of a multi-file answer may be one. What a package is never is."""
_LONGEST_NUMBER: Final = 64
"""Bytes between two commas of a list of bytes, blanks included."""
_MOST_VALUES: Final = 1000
_DEPTH: Final = 8
_LISTS: Final = frozenset({"data", "payload"})
"""The keys whose lists are bytes."""
_numbers: Final = msgspec.json.Decoder(list[int])

_Steps = Generator[None, bytes, Any]


class BadJson(Exception):
    """It is not JSON, or not such as a server sends."""


class CutShort(BadJson):
    """It ended before its end."""


class BufferJson:
    """Decodes one body. Feed it as it comes, then ``close``.

    Args:
        new_file: opens a file for the next list of bytes.
    """

    def __init__(self, new_file: Callable[[], PartFile]) -> None:
        self._new_file = new_file
        self._data = b""
        self._at = 0
        self._done = False
        self._result: Any = None
        self._steps: _Steps = self._document()
        next(self._steps)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            BadJson: they do not fit.
            TooLarge: a list of bytes is longer than a package can be.
            StorageError: the file cannot be written.
        """
        if self._done:
            if chunk.strip():
                raise BadJson("there is something behind its end")
            return
        if chunk:
            try:
                self._steps.send(chunk)
            except StopIteration as end:
                self._done, self._result = True, end.value

    def close(self) -> Any:  # noqa: ANN401  any JSON value
        """The decoded value.

        Raises:
            CutShort: the body ended too early.
        """
        if not self._done:
            raise CutShort("it ends in the middle")
        return self._result

    def _document(self) -> _Steps:
        chunk = yield
        self._data = chunk
        value = yield from self._value("", 0)
        if self._data[self._at :].strip():
            raise BadJson("there is something behind its end")
        return value

    def _more(self) -> _Steps:
        chunk = yield
        self._data = self._data[self._at :] + chunk
        self._at = 0

    def _next(self) -> _Steps:
        """The next byte that is not blank, not yet taken."""
        while True:
            space = _SPACE.match(self._data, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            yield from self._more()

    def _take(self, wanted: bytes) -> _Steps:
        found = yield from self._next()
        if found not in wanted or not found:
            raise BadJson(f"{wanted.decode()!r} was expected")
        self._at += 1
        return found

    def _value(self, key: str, depth: int) -> _Steps:
        if depth > _DEPTH:
            raise BadJson("it is nested too deeply")
        first = yield from self._next()
        if first == b"{":
            return (yield from self._object(depth))
        if first == b"[":
            return (yield from (self._bytes() if key in _LISTS else self._list(depth)))
        if first == b'"':
            return (yield from self._text())
        return (yield from self._scalar())

    def _object(self, depth: int) -> _Steps:
        self._at += 1
        found: dict[str, Any] = {}
        if (yield from self._next()) == b"}":
            self._at += 1
            return found
        while len(found) < _MOST_VALUES:
            if (yield from self._next()) != b'"':
                raise BadJson("a key was expected")
            key = yield from self._text()
            yield from self._take(b":")
            if key in found:
                raise BadJson(f"it has {clean(key, 20)!r} twice")
            found[key] = yield from self._value(key, depth + 1)
            if (yield from self._take(b",}")) == b"}":
                return found
        raise BadJson("it has too many keys")

    def _list(self, depth: int) -> _Steps:
        self._at += 1
        found: list[Any] = []
        if (yield from self._next()) == b"]":
            self._at += 1
            return found
        while len(found) < _MOST_VALUES:
            found.append((yield from self._value("", depth + 1)))
            if (yield from self._take(b",]")) == b"]":
                return found
        raise BadJson("a list in it is too long")

    def _text(self) -> _Steps:
        at = self._at + 1
        while True:
            stop = _STOP.search(self._data, at)
            if stop is None or (stop.group() == b"\\" and stop.end() == len(self._data)):
                at = (len(self._data) if stop is None else stop.start()) - self._at
                if at > _LONGEST_TEXT:
                    raise BadJson("a text in it is too long to be a file")
                yield from self._more()
            elif stop.group() == b"\\":
                at = stop.end() + 1
            else:
                raw, self._at = self._data[self._at : stop.end()], stop.end()
                return _decode(raw, str)

    def _scalar(self) -> _Steps:
        while True:
            match = _SCALAR.match(self._data, self._at)
            end = match.end() if match else self._at
            if end < len(self._data) or end - self._at > _LONGEST_NUMBER:
                raw, self._at = self._data[self._at : end], end
                return _decode(raw, float | int | bool | None)
            yield from self._more()

    def _bytes(self) -> _Steps:
        """The numbers up to ``]``, written to a file; nothing of them stays in memory."""
        self._at += 1
        file = self._new_file()
        begun = False
        while True:
            end = self._data.find(b"]", self._at)
            if end >= 0:
                part, self._at = self._data[self._at : end], end + 1
                if begun and not part.strip():
                    raise BadJson("a number was expected")
                file.write(_as_bytes(part))
                return file.finish()
            comma = self._data.rfind(b",", self._at)
            if comma >= 0:
                part, self._at, begun = self._data[self._at : comma], comma + 1, True
                if not part.strip():
                    raise BadJson("a number was expected")
                file.write(_as_bytes(part))
            if len(self._data) - self._at > _LONGEST_NUMBER:
                raise BadJson("a list of bytes has something else in it")
            yield from self._more()


def _as_bytes(part: bytes) -> bytes:
    try:
        return bytes(_numbers.decode(b"[%b]" % part))
    except (msgspec.DecodeError, ValueError) as error:
        raise BadJson("a list of bytes has something else in it") from error


def _decode(raw: bytes, kind: Any) -> Any:  # noqa: ANN401  a value of that type
    try:
        return decode_json(raw, kind)
    except msgspec.DecodeError as error:
        raise BadJson("it is not JSON") from error


def blob_of(value: object) -> Blob | None:
    """The file of a decoded Buffer; ``None`` if the value is something else."""
    if isinstance(value, dict) and value.get("type") == "Buffer":
        value = value.get("data")
    return value if isinstance(value, Blob) else None
