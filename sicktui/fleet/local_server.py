"""A PostgreSQL server for a look or a test: its own folder, loopback only, never as root."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.safe_text import clean

_PLACES: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "C:/Program Files/PostgreSQL/*/bin",
)
_PROGRAM: Final = "initdb.exe" if os.name == "nt" else "initdb"
OWNER: Final = "sicktui"
DATABASE: Final = "sicktui"
_NOBODY: Final = 65534
"""The user that the server runs as where this process is root."""


class ServerFailed(SicktuiError):
    """A program of PostgreSQL has failed."""


def binaries() -> Path | None:
    """The folder of the newest server of this PC; ``None``: there is none."""
    found: list[Path] = []
    for place in _PLACES:
        root = Path(place).anchor
        if Path(root).is_absolute():
            found += Path(root).glob(f"{place[len(root) :]}/{_PROGRAM}")
    if found:
        return max(found).parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def why_not() -> str:
    """Why no server can be started here; empty if it can."""
    if binaries() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if _is_root() and shutil.which("setpriv") is None:
        return "PostgreSQL does not run as root, and there is no setpriv to be another user"
    return ""


class LocalServer:
    """A server that ends with the ``with`` block.

    Args:
        port: where it listens; ``None``: anywhere.
        connections: how many it takes at once.

    Raises:
        UsageError: none can be started here.
        ServerFailed: it does not start.
    """

    def __init__(self, port: int | None = None, *, connections: int = 100) -> None:
        found = binaries()
        if reason := why_not():
            raise UsageError(
                f"No database can be started: {reason}.", advice="Install it, or use another PC."
            )
        self._bin = found or Path()
        self.folder = Path(tempfile.mkdtemp(prefix="sicktui-pg-"))
        self.port = port or _free_port()
        self._connections = connections

    def __enter__(self) -> Self:
        if sys.platform != "win32" and _is_root():
            os.chown(self.folder, _NOBODY, _NOBODY)
        options = ("-A", "trust", "-U", OWNER, "-N", "-E", "UTF8", "--locale=C")
        try:
            self.run("initdb", "-D", str(self._data), *options)
            self.start()
            self.psql(f"CREATE DATABASE {DATABASE}", database="postgres")
        except ServerFailed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        socket_folder = [] if os.name == "nt" else [f"-k {self.folder}"]
        options = " ".join(
            [
                *(f"-p {self.port}", *socket_folder, "-c listen_addresses=127.0.0.1", "-c fsync=off"),
                f"-c max_connections={self._connections}",
            ]
        )
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it hard, as a power cut ends its sessions."""
        self.run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def url(self, user: str = OWNER) -> str:
        """Its address, as ``fleet.url`` takes it."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{DATABASE}"

    def psql(self, sql: str, *, database: str = DATABASE, user: str = OWNER) -> str:
        """Run SQL; what it printed."""
        return self.run(
            *("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-d", database),
            *("-v", "ON_ERROR_STOP=1", "-qAt", "-c", sql),
        )

    def run(self, program: str, *words: str) -> str:
        """Run a program of PostgreSQL; what it printed.

        Raises:
            ServerFailed: it did not end well.
        """
        command: Sequence[str] = (str(self._bin / program), *words)
        if _is_root():
            command = ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", *command)
        # A file and no pipe: the server keeps what it inherits, and a pipe would never end.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(  # noqa: S603  PostgreSQL's own programs
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder.anchor, check=False
            )
            out.seek(0)
            text = out.read().decode(errors="replace")
        if done.returncode != 0:
            raise ServerFailed(f"{program}: {clean(text, 1000)}", code=Code.STORAGE_ERROR)
        return text


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
