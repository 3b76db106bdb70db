"""What a server sends back: replies, the shapes of a refusal, and replies that never come."""

import json
from dataclasses import dataclass
from typing import Any, Final

from tests.thinx_server.firmware import Content

JSON: Final = "application/json; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"
BINARY: Final = "application/octet-stream"


@dataclass(frozen=True)
class Reply:
    """One HTTP reply."""

    body: Content
    content_type: str = JSON
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    silence: float = 0.0
    """Seconds before the first byte."""


@dataclass(frozen=True)
class NoReply:
    """The request gets no answer: the connection hangs, or ends (`hang_up`)."""

    hang_up: bool = False


def as_json(value: Any, *, status: int = 200, content_type: str = JSON) -> Reply:
    """A JSON reply, compact as Node writes it."""
    return Reply(Content.of(json.dumps(value, separators=(",", ":")).encode()), content_type, status)


def refused(code: str, *, status: int = 200) -> Reply:
    """First shape of a refusal: `{"success":false,"response":".."}`."""
    return as_json({"success": False, "response": code}, status=status)


def refused_by_status(code: str) -> Reply:
    """Second shape: `{"success":false,"status":".."}`."""
    return as_json({"success": False, "status": code})


def word(text: str) -> Reply:
    """Third shape: a bare string, sent as text/html."""
    return Reply(Content.of(text.encode()), HTML)


def refused_nested(code: str, *, as_text: bool = False) -> Reply:
    """Fourth shape: `{"success":false,"response":{"registration":{..}}}`.

    With `as_text` the response is a JSON string.
    """
    inner = {"registration": {"success": False, "response": code}}
    return as_json(
        {"success": False, "response": json.dumps(inner, separators=(",", ":")) if as_text else inner}
    )


def page(title: str, *, status: int) -> Reply:
    """An HTML page, as Express sends for an error."""
    html = (
        '<!DOCTYPE html>\n<html lang="en">\n<head><title>Error</title></head>\n'
        f"<body><pre>{title}</pre></body>\n</html>\n"
    )
    return Reply(Content.of(html.encode()), HTML, status)


def empty() -> Reply:
    """An empty 200: a refusal too."""
    return Reply(Content.of(b""), JSON)


def redirect(url: str, *, status: int = 302) -> Reply:
    """Send the client elsewhere."""
    return Reply(Content.of(b""), HTML, status, (("Location", url),))
