"""What a simulated device was sent: every request, and every breach of the protocol."""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

Outcome = Literal["open", "answered", "cut", "silent", "dropped", "client gone"]
"""How a request ended. ``silent``: never answered; ``dropped``: the device reset the connection."""

KEPT_REQUESTS: Final = 20_000
KEPT_VIOLATIONS: Final = 1_000

# Of these headers the value is kept; of those that carry a secret only that they were there.
_PLAIN: Final = (
    "host",
    "user-agent",
    "content-type",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
)


class RequestRecord(Struct, kw_only=True):
    """One request, as it arrived. No secrets."""

    number: int
    """Counts from 1 over the life of the device."""
    seconds: float
    """Simulated seconds since the fleet began."""
    method: str
    path: str
    headers: dict[str, str]
    update_state: int
    """``UpdateState`` when the request came."""
    body_length: int = 0
    """Bytes of the body that arrived."""
    sha256: str | None = None
    """Of an uploaded body, lower-case hex."""
    http_status: int | None = None
    status: int | None = None
    """``header.status`` of the reply, if any."""
    outcome: Outcome = "open"
    fault: str | None = None
    """The fault that struck this request."""

    @property
    def endpoint(self) -> str:
        """Method and path without ``/api/``: ``POST LocationName``."""
        return f"{self.method} {self.path.removeprefix('/api/')}"


def kept_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers that a record keeps: lower-case names, secrets replaced."""
    kept: dict[str, str] = {}
    for name, value in headers:
        if name in _PLAIN:
            kept[name] = value
        elif name == "authorization":
            kept[name] = value.partition(" ")[0]
        elif name == "x-session-token":
            kept[name] = "present"
    return kept


class Record:
    """The requests and violations of one device; bounded, the oldest go first."""

    def __init__(self) -> None:
        self.requests: list[RequestRecord] = []
        self.violations: list[str] = []
        self._count = 0

    def begin(
        self,
        *,
        seconds: float,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        update_state: int,
    ) -> RequestRecord:
        """Record a request as soon as its headers have arrived."""
        self._count += 1
        entry = RequestRecord(
            number=self._count,
            seconds=round(seconds, 3),
            method=method,
            path=path,
            headers=kept_headers(headers),
            update_state=update_state,
        )
        self.requests.append(entry)
        del self.requests[:-KEPT_REQUESTS]
        return entry

    def violation(self, text: str) -> None:
        """Record a breach of the protocol."""
        self.violations.append(text)
        del self.violations[:-KEPT_VIOLATIONS]
