"""The ids (udid) by which servers know sensors: ``udids.json``.

A sensor whose id is lost becomes a second device on the server (measured, THiNX of June 2026). So an id is
written before anything else is done with it, and in a file that nothing else is written to.
"""

from pathlib import Path

from msgspec import Struct

from sicktui.stores.disk.shared_record import SharedRecord


class _Udids(Struct, frozen=True, kw_only=True):
    udids: dict[str, str] = {}
    """By owner and MAC address."""


class UdidStore:
    """The ids of one installation. Safe for several processes.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._record = SharedRecord(path, _Udids())

    def get(self, owner: str, mac: str) -> str | None:
        """The id of a sensor; ``None`` if the owner's server has not given it one.

        Raises:
            StorageError: the file cannot be read.
        """
        return self._record.read().udids.get(_key(owner, mac))

    def keep(self, owner: str, mac: str, udid: str) -> None:
        """Write an id, durably.

        Raises:
            StorageError: it cannot be written.
        """
        self._record.change(lambda known: _Udids(udids={**known.udids, _key(owner, mac): udid}))

    def forget(self, owner: str, mac: str) -> None:
        """Remove an id that the server does not know any more.

        Raises:
            StorageError: it cannot be written.
        """
        key = _key(owner, mac)
        self._record.change(
            lambda known: _Udids(udids={kept: udid for kept, udid in known.udids.items() if kept != key})
        )


def _key(owner: str, mac: str) -> str:
    # The beginning of the owner's id distinguishes owners, and is not the whole credential.
    return f"{owner[:16].lower()} {mac.upper()}"
