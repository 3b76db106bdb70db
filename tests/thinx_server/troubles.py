"""What goes wrong once or always on one way, in any generation: stalls, wrong lengths, other answers."""

import dataclasses
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.thinx_server.firmware import Content
from tests.thinx_server.replies import NoReply, Reply

NOTHING_LIKE_IT: Final = "0" * 32


class Way(StrEnum):
    """The ways into the server."""

    CHECK_IN = "check-in"
    FIRMWARE = "firmware"
    TOKEN = "token"


@dataclass(frozen=True)
class Trouble:
    """One thing or several that happen to one answer."""

    instead: Reply | NoReply | None = None
    """This is the answer, and the request has no other effect."""
    announced: int = 0
    """Added to Content-Length: above 0 the body is shorter than announced, below 0 it is longer."""
    no_length: bool = False
    """No Content-Length: the body comes in chunks."""
    md5: str | None = None
    """The `x-MD5` to send; empty: none."""
    stall_after: int | None = None
    """Bytes of the body after which nothing more comes, on an open connection."""
    end_after: int | None = None
    """Bytes of the body after which the connection ends."""
    changed_from: int | None = None
    """From this byte on, the body is another one of the same length: it has changed since the last try."""
    silence: float = 0.0
    """Seconds before the first byte, beside the generation's own."""
    seconds_a_chunk: float = 0.0
    """Seconds before each chunk: a slow line."""

    @property
    def cuts(self) -> bool:
        """Whether the body cannot arrive intact."""
        return self.announced != 0 or self.stall_after is not None or self.end_after is not None

    def worsen(self, reply: Reply) -> Reply:
        """What becomes of a reply, as far as its content is concerned."""
        headers = tuple(
            (name, value) for name, value in reply.headers if self.md5 is None or name.lower() != "x-md5"
        )
        if self.md5:
            headers += (("x-MD5", self.md5),)
        body = reply.body
        if self.changed_from is not None:
            body = _changed(body, self.changed_from)
        return dataclasses.replace(reply, headers=headers, body=body, silence=reply.silence + self.silence)


NO_TROUBLE: Final = Trouble()


class Script:
    """The troubles to come: those that happen once, in their order, and then one that stays."""

    def __init__(self) -> None:
        self._once: dict[Way, deque[Trouble]] = defaultdict(deque)
        self._always: dict[Way, Trouble] = {}

    def once(self, way: Way, *troubles: Trouble) -> None:
        """The next answers on this way have these troubles, one each."""
        self._once[way].extend(troubles)

    def always(self, way: Way, trouble: Trouble) -> None:
        """All answers on this way have this trouble; `NO_TROUBLE` ends it."""
        self._always[way] = trouble

    def next(self, way: Way) -> Trouble:
        """The trouble of the answer that is due."""
        waiting = self._once[way]
        return waiting.popleft() if waiting else self._always.get(way, NO_TROUBLE)


def _changed(content: Content, start: int) -> Content:
    return Content(content.length, lambda: _flipped(content, start))


def _flipped(content: Content, start: int) -> Iterator[bytes]:
    at = 0
    for chunk in content.chunks():
        kept = max(0, start - at)
        yield chunk[:kept] + bytes(byte ^ 0x20 for byte in chunk[kept:])
        at += len(chunk)
