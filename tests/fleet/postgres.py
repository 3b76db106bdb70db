"""A PostgreSQL server for a test: its own folder, loopback only, as a user who is not root."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from tests.support.ports import free_ports

_PLACES: Final = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin")
USER: Final = "sicktui"
NOBODY: Final = 65534


def binaries() -> Path | None:
    """The folder of the newest server of this machine."""
    found = [path.parent for place in _PLACES for path in Path("/").glob(f"{place[1:]}/initdb")]
    on_path = shutil.which("initdb")
    return max(found, default=None) if found or not on_path else Path(on_path).parent


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def why_not() -> str:
    """Why no server can be started here; empty if it can."""
    if binaries() is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if os.name != "posix":
        return "needs a POSIX system"
    if is_root() and shutil.which("setpriv") is None:
        return "PostgreSQL does not run as root, and there is no setpriv to be another user"
    return ""


class Postgres:
    """A server that ends with the ``with`` block."""

    def __init__(self) -> None:
        found = binaries()
        assert found is not None
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="sicktui-pg-"))
        self.port = free_ports(1)[0]

    def __enter__(self) -> Self:
        if sys.platform != "win32" and is_root():
            os.chown(self.folder, NOBODY, NOBODY)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", USER, "-N", "-E", "UTF8", "--locale=C")
        self.start()
        self.psql("CREATE DATABASE sicktui", database="postgres")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", options, "start"
        )

    def stop(self) -> None:
        """Stop it hard, as a power cut ends its sessions."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")

    def url(self, user: str = USER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/sicktui"

    def psql(self, sql: str, *, database: str = "sicktui", user: str = USER, fails: bool = False) -> str:
        """Run SQL; what it printed."""
        return self._run(
            *("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-d", database),
            *("-v", "ON_ERROR_STOP=1", "-qAt", "-c", sql),
            fails=fails,
        )

    def dump(self) -> str:
        """Everything in the database, as text."""
        return self._run("pg_dump", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "sicktui")

    def _run(self, program: str, *words: str, fails: bool = False) -> str:
        command: Sequence[str] = (str(self._bin / program), *words)
        if is_root():
            command = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command)
        # Its server keeps what it inherits: a pipe would never end.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", check=False
            )
            out.seek(0)
            text = out.read().decode()
        assert (done.returncode != 0) is fails, text
        return text
