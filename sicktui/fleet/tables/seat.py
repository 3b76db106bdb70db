"""The seat of the only coordinator: a lock of the database, which ends with its session.

A lock on a table and not an advisory one: every login may take those, but only the coordinator's may lock
this table. Its transaction has written and reads nothing, so it holds up no clean-up of other tables.
"""

import threading
from collections.abc import Callable
from typing import Final

import psycopg
import sqlalchemy as sa

from sicktui.fleet.database import Database, DatabaseError
from sicktui.model.clock import timestamp_of
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.wording import moment

LOOK: Final = 5.0
"""Seconds between two looks whether the session is still there."""
_SESSION: Final = (
    "SET idle_in_transaction_session_timeout = 0",
    # A PC without power leaves its seat within half a minute, where the server has two hours by default.
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "LOCK TABLE fleet.coordinator IN SHARE UPDATE EXCLUSIVE MODE NOWAIT",
)


class Seat:
    """Holds the seat for this process, and takes it again after the database was away.

    Args:
        database: the fleet's tables.
        held_by: who this process is, for those that find the seat taken.
    """

    def __init__(self, database: Database, held_by: str) -> None:
        self._database = database
        self._held_by = held_by
        self._session: sa.Connection | None = None
        self._held = threading.Event()
        self.refusal: UsageError | None = None
        """Why this process cannot go on: another one has the seat now."""

    def take(self) -> None:
        """Take the seat.

        Raises:
            UsageError: another coordinator has it.
            DatabaseError: the database cannot be reached, or the login may not.
        """
        with self._database.failing():
            session = self._database.engine.connect()
            session.detach()  # of the pool: it is never given to others
            try:
                for statement in _SESSION:
                    session.exec_driver_sql(statement)
            except sa.exc.DBAPIError as error:
                session.close()
                if isinstance(error.orig, psycopg.errors.LockNotAvailable):
                    raise self._taken() from error
                raise
        with self._database.connected() as c:
            c.execute(
                sa.text(
                    "INSERT INTO fleet.coordinator (held_by) VALUES (:b) ON CONFLICT (one) DO UPDATE "
                    "SET held_by = :b, since = clock_timestamp(), role = session_user, "
                    "client = inet_client_addr()"
                ),
                {"b": clean(self._held_by, 200)},
            )
        self._session = session
        self._held.set()

    def keep(self, *, pause: float = LOOK, tell: Callable[[str], None]) -> None:
        """Look in a thread whether it is still held; without it nothing is decided.

        Args:
            pause: seconds between two looks.
            tell: gets a line for people when it is lost, and when it is taken again.
        """
        threading.Thread(target=self._keep, args=(pause, tell), daemon=True).start()

    def wait(self) -> None:
        """Wait until it is held. For ever, if another one has it: this process ends then."""
        self._held.wait()

    def _keep(self, pause: float, tell: Callable[[str], None]) -> None:
        ended = threading.Event()
        while not ended.wait(pause):
            if self._session is not None and self._answers(self._session):
                continue
            if self._held.is_set():
                self._held.clear()
                self._session = None
                tell("The session with the database has ended. Nothing is decided until there is one again.")
            try:
                self.take()
            except DatabaseError:
                continue  # it is away
            except UsageError as error:
                self.refusal = error
                return
            tell("There is a session with the database again.")

    def _answers(self, session: sa.Connection) -> bool:
        try:
            session.exec_driver_sql("SELECT 1")
        except (sa.exc.SQLAlchemyError, psycopg.Error):
            session.invalidate()
            return False
        return True

    def _taken(self) -> UsageError:
        rows = self._database.rows(
            "SELECT held_by, extract(epoch FROM since)::float8, host(client) FROM fleet.coordinator"
        )
        held_by, since, client = rows[0] if rows else ("another program", None, None)
        where = f" ({client})" if client else ""
        when = f" since {moment(timestamp_of(since))}" if since is not None else ""
        return UsageError(
            f"The fleet has a coordinator{when}: {clean(held_by, 200)}{where}.",
            advice="End that one first, or let a service start this one again and again.",
        )
