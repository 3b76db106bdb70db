"""The vendor's status numbers and their words (SICK's OpenAPI, ``ResponseHeader``)."""

from typing import Final

MESSAGES: Final = (
    "Ok",
    "Parsing Failed",
    "Invalid Data",
    "Internal Server Error",
    "Access Denied",
    "Not Found",
    "Out Of Range",
    "Out Of Bounds",
    "Read Only",
    "Illegal Value",
    "Invalid Challenge",
    "Out Of Connections",
)
HTTP_OF_STATUS: Final = (200, 400, 400, 500, 401, 404, 400, 400, 400, 400, 401, 503)
"""The HTTP status that goes with each, on devices that do not answer 200 to everything."""


def message_of(status: int) -> str:
    """``header.message`` of a status; a number in words for one that the vendor does not list."""
    return MESSAGES[status] if 0 <= status < len(MESSAGES) else f"Status {status}"
