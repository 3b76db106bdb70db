"""The vendor's status numbers and their texts (SICK's OpenAPI, ``ResponseHeader``)."""

from typing import Final

OK: Final = 0
PARSING_FAILED: Final = 1
INVALID_DATA: Final = 2
INTERNAL_ERROR: Final = 3
ACCESS_DENIED: Final = 4
NOT_FOUND: Final = 5
OUT_OF_RANGE: Final = 6
OUT_OF_BOUNDS: Final = 7
READ_ONLY: Final = 8
ILLEGAL_VALUE: Final = 9
INVALID_CHALLENGE: Final = 10

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
    """``header.message`` of a status; the number for one that the vendor does not list."""
    return MESSAGES[status] if 0 <= status < len(MESSAGES) else f"Status {status}"
