"""The server of the tests of a fleet."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sicktui.fleet.local_server import OWNER, LocalServer, ServerFailed
from tests.support.waiting import wait_until


class Postgres(LocalServer):
    """A server, and what tests ask of it."""

    def refused(self, sql: str, *, user: str) -> str:
        """Run SQL that must fail; why it does."""
        try:
            self.psql(sql, user=user)
        except ServerFailed as error:
            return error.message
        raise AssertionError(f"{user} may: {sql}")

    def dump(self) -> str:
        """Everything in the database, as text."""
        return self.run("pg_dump", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "sicktui")

    @contextmanager
    def encrypted(self, certificate: Path, key: Path, authority: Path) -> Iterator[None]:
        """Offer TLS, with a certificate of its own and certificates of clients checked."""
        files = {"ssl_cert_file": certificate, "ssl_key_file": key, "ssl_ca_file": authority}
        for setting, source in files.items():
            copy = self.folder / source.name
            copy.write_bytes(source.read_bytes())
            copy.chmod(0o600)
            if sys.platform != "win32":
                os.chown(copy, self.folder.stat().st_uid, -1)
            self.psql(f"ALTER SYSTEM SET {setting} = '{copy}'")
        self._set("ssl = on", "on")
        try:
            yield
        finally:
            self._set("ssl = off", "off")

    def _set(self, setting: str, is_so: str) -> None:
        self.psql(f"ALTER SYSTEM SET {setting}")
        self.psql("SELECT pg_reload_conf()")
        wait_until(lambda: self.psql("SHOW ssl").strip() == is_so, setting)
