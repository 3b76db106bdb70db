"""A request and its answer on the wire, free of any HTTP library."""

from msgspec import Struct, field

from sicktui.model.safe_text import clean
from sicktui.sensor.transport.redaction import Redactor

_FIRST_FAILURE = 300
_FIRST_CLIENT_ERROR = 400
_LONGEST_QUOTE = 4096


class Request(Struct, frozen=True):
    """A request to one address, for messages."""

    label: str
    """The address as the user wrote it."""
    method: str
    name: str
    """The path behind ``/api/``."""
    redactor: Redactor = field(default_factory=Redactor)
    """The secrets that must not be quoted from the answer."""

    def __str__(self) -> str:
        """The request, e.g. ``GET DeviceIdent``."""
        return f"{self.method} {clean(self.name)}"

    def quote(self, text: str | None) -> str:
        """A text of the sensor, harmless and without the secrets that were sent."""
        # Once more at the end: spaces of other kinds are plain ones then.
        shown = clean(self.redactor.redact(text or ""), _LONGEST_QUOTE)
        return clean(self.redactor.redact(shown)).strip()


class Answer(Struct, frozen=True, kw_only=True):
    """A complete HTTP reply."""

    http_status: int
    content_type: str = ""
    location: str = ""
    stamp: str = ""
    """``ETag`` and ``Last-Modified``, by which a server may date a file; it may make them up."""
    retry_after: float | None = None
    """``Retry-After`` in seconds, where it is a number."""
    body: bytes = b""

    def __repr__(self) -> str:
        """Without the body, which may hold a session token."""
        return f"<Answer {self.http_status}, {len(self.body)} bytes>"

    @property
    def ok(self) -> bool:
        """Whether the status line reports success."""
        return self.http_status < _FIRST_FAILURE

    @property
    def is_redirect(self) -> bool:
        """Whether it is a redirect, which sensors do not send."""
        return _FIRST_FAILURE <= self.http_status < _FIRST_CLIENT_ERROR

    @property
    def media_type(self) -> str:
        """``Content-Type`` without its parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether it looks like a web page."""
        return "html" in self.media_type or looks_like_markup(self.body)


def looks_like_markup(body: bytes) -> bool:
    """Whether bytes begin like HTML or XML, which neither JSON nor a backup does."""
    return body.lstrip()[:1] == b"<"
