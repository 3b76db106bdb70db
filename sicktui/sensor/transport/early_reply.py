"""A reply that comes before the end of an upload.

A sensor that refuses an upload may answer 401 at once and hang up without reading on. The reset that
follows makes the event loop drop what was received, and the refusal looks like a broken cable. But
the bytes are still in the socket, where a duplicate of the socket can see them.
"""

import re
import socket
from typing import Final, Protocol

_PEEK: Final = 4096
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)[ \r\n]")
_INTERIM: Final = re.compile(rb"\AHTTP/1\.[01] 1\d\d.*?\r\n\r\n", re.DOTALL)


class _Duplicable(Protocol):
    def dup(self) -> socket.socket: ...


class EarlyReply:
    """Looks for a status line without consuming it.

    Args:
        connection: the socket of the upload, not encrypted.
    """

    def __init__(self, connection: _Duplicable) -> None:
        self._socket: socket.socket | None = connection.dup()
        self._socket.settimeout(0)

    def status(self) -> int | None:
        """The status of an unread final reply, or ``None``. Interim replies (100) do not count."""
        if self._socket is None:
            return None
        try:
            waiting = self._socket.recv(_PEEK, socket.MSG_PEEK)
        except OSError:  # Nothing there yet, or reset with nothing left to read.
            return None
        while interim := _INTERIM.match(waiting):
            waiting = waiting[interim.end() :]
        found = _STATUS_LINE.match(waiting)
        return int(found.group(1)) if found else None

    def close(self) -> None:
        """Close the duplicate: only then is the connection really closed."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
