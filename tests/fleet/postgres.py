"""The server of the tests of a fleet."""

from sicktui.fleet.local_server import OWNER, LocalServer, ServerFailed


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
