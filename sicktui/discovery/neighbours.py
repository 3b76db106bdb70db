"""The neighbour table of this PC: which MAC address was last seen at which IP address.

A sensor that answers no search still sends ARP, so it is in the table once anything was sent to its address.
The table is read only: nothing is sent.
"""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sicktui.model.network.subnet import is_ipv4
from sicktui.model.search.records import SICK_PREFIX, plain_mac

LINUX_TABLE: Final = Path("/proc/net/arp")
LIMIT: Final = 3.0
"""Seconds for the command that prints the table elsewhere."""
MAX_BYTES: Final = 1_000_000
MOST: Final = 4096
"""Sensors; a subnet of 12 bits is the largest that anybody runs sensors in."""
_ENTRY: Final = re.compile(
    rb"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.]).{0,80}?"
    rb"(?<![\w:-])((?:[0-9a-fA-F]{1,2}[:-]){5}[0-9a-fA-F]{1,2})(?![\w:-])"
)


def read_table(text: bytes) -> list[tuple[str, str]]:
    """SICK's devices in a neighbour table: IP and MAC address.

    Args:
        text: as Linux (``/proc/net/arp``, ``ip neigh``), Windows or macOS (``arp -a``) print it.
    """
    found = dict.fromkeys(entry for entry in _entries(text) if entry[1].startswith(SICK_PREFIX))
    return list(found)[:MOST]


def _entries(text: bytes) -> Iterator[tuple[str, str]]:
    """Every entry that has a MAC address, of whatever device."""
    for line in text[:MAX_BYTES].splitlines():
        entry = _ENTRY.search(line[:400])
        if entry is None:
            continue
        host, mac = entry.group(1).decode(), plain_mac(entry.group(2).decode())
        if mac is not None and is_ipv4(host):
            yield host, mac


async def mac_at(host: str) -> str | None:
    """The MAC address of whatever device has an IP address; ``None`` if the table has none for it.

    An entry may be some minutes old.
    """
    table = await asyncio.to_thread(_table)
    return next((mac for known, mac in _entries(table) if known == host), None)


async def neighbours() -> list[tuple[str, str]]:
    """SICK's devices in the neighbour table of this PC; an empty list where it cannot be read."""
    return read_table(await asyncio.to_thread(_table))


def _table() -> bytes:
    try:
        with LINUX_TABLE.open("rb") as table:
            return table.read(MAX_BYTES)
    except OSError:
        return _printed(("arp", "-a"))


def _printed(command: Sequence[str]) -> bytes:
    program = shutil.which(command[0])
    if program is None:
        return b""
    try:
        # Without -n, which Windows does not know: the limit also ends a look-up of names.
        done = subprocess.run(  # noqa: S603  a fixed command
            (program, *command[1:]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout
