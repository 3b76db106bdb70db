"""The fleet's own tables, read and written. Needs the extra ``fleet``."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from msgspec import Struct, structs
from psycopg.types.json import Jsonb

from sicktui import __version__
from sicktui.fleet.bounds import rollout_problem
from sicktui.fleet.course import GivenOrder, Held, Progress, with_late
from sicktui.fleet.records import (
    PROTOCOL,
    Act,
    Inventory,
    OrderResult,
    Parcel,
    RolloutSpec,
    decoded,
    encoded,
    is_newer,
)
from sicktui.fleet.selection import Pc
from sicktui.fleet.tables.schema import FENCE, SCHEMA_NUMBER, TABLES
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count

_T = TypeVar("_T")
_NOW: Final = "extract(epoch FROM clock_timestamp())::float8"


class DatabaseError(SicktuiError):
    """The fleet's database cannot be reached, or refuses."""


class DatabaseRefusal(DatabaseError):
    """The database refuses this, and will tomorrow: there is no right to it, or it cannot be kept."""


class OtherProtocol(UsageError):
    """The fleet and this program do not understand each other."""


class Rollout(Struct, frozen=True, kw_only=True):
    """A rollout, and how far it is."""

    spec: RolloutSpec
    progress: Progress | None
    """``None``: no coordinator has taken it up yet."""

    @property
    def state(self) -> str:
        """``ordered``, or as its progress has it."""
        return "ordered" if self.progress is None else self.progress.state

    @property
    def over(self) -> bool:
        """Whether every device has its verdict."""
        return self.progress is not None and self.progress.over

    @property
    def orders(self) -> tuple[GivenOrder, ...]:
        """The orders that were given."""
        return () if self.progress is None else self.progress.orders

    @property
    def verdicts(self) -> tuple[Held, ...]:
        """The verdicts that its devices have."""
        return () if self.progress is None else self.progress.verdicts

    @property
    def waits_for_approval(self) -> bool:
        """Whether a person must approve it before it goes on."""
        return self.progress is not None and self.progress.waits_for == "approval"


def make_engine(words: Mapping[str, str], *, connections: int) -> sa.Engine:
    """The connections of this process. The password is in no address that could be logged.

    Args:
        words: the parameters of a connection.
        connections: how many it has at most.
    """

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(**words)  # type: ignore[arg-type]

    return sa.create_engine("postgresql+psycopg://", creator=connect, pool_size=connections, max_overflow=0)


class Database:
    """The fleet's tables. Safe for several threads.

    Args:
        engine: the connections.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def check(self) -> None:
        """Refuse a database that this program does not understand.

        Raises:
            UsageError: it is none of a fleet.
            OtherProtocol: it is one of another protocol.
            DatabaseError: it cannot be reached.
        """
        with self.connected() as c:
            if c.execute(sa.text("SELECT to_regclass('fleet.about')")).scalar() is None:
                raise UsageError(
                    "The database has no fleet.", advice="Make its tables with 'sicktui fleet setup'."
                )
            row = c.execute(sa.text("SELECT schema_number, protocol FROM fleet.about")).one()
        if (row[0], row[1]) != (SCHEMA_NUMBER, PROTOCOL):
            raise OtherProtocol(
                f"The fleet has the protocol {clean(row[1], 40)} and schema {row[0]}, "
                f"sicktui {__version__} has {PROTOCOL} and {SCHEMA_NUMBER}.",
                advice="Update sicktui on this PC."
                if is_newer(row[1])
                else "Update the other PCs of the fleet, and renew its tables with 'sicktui fleet setup'.",
            )

    def create(self) -> None:
        """Make the tables that are not there, and raise a fleet to the protocol of this program.

        Raises:
            UsageError: it is of a newer program, or rollouts of the old protocol are not over.
        """
        known = {"protocol": PROTOCOL, "number": SCHEMA_NUMBER}
        try:
            self.check()
        except OtherProtocol as error:
            self._check_upgrade(error)
        except UsageError:
            pass  # there are no tables yet
        with self.connected() as c:
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    c.execute(sa.text(statement), known if ":protocol" in statement else {})

    def fence(self) -> None:
        """Let each login touch only its own rows of DBOS' tables, once these are there."""
        with self.connected() as c:
            for statement in FENCE:
                c.exec_driver_sql(statement.replace("%", "%%"))

    def _check_upgrade(self, error: OtherProtocol) -> None:
        with self.connected() as c:
            if is_newer(c.execute(sa.text("SELECT protocol FROM fleet.about")).scalar_one()):
                raise error
            left = c.execute(
                sa.text(
                    "SELECT count(*) FROM fleet.rollout LEFT JOIN fleet.progress USING (rollout) "
                    "WHERE coalesce(progress->>'state', '') NOT IN ('finished', 'cancelled')"
                )
            ).scalar_one()
        if left:
            raise UsageError(
                f"{count(left, 'rollout')} of the older protocol {'is' if left == 1 else 'are'} not over.",
                advice="Finish or cancel with the older program first: 'sicktui fleet list' shows them.",
            )

    def now(self) -> float:
        """The database's clock: seconds since 1970."""
        with self.connected() as c:
            return float(c.execute(sa.text(f"SELECT {_NOW}")).scalar_one())

    def pcs(self) -> dict[str, Pc]:
        """Every PC that has ever reported, by its name."""
        rows = self.rows(
            "SELECT name, protocol, version, extract(epoch FROM clock_timestamp() - seen)::float8, inventory "
            "FROM fleet.pc ORDER BY name"
        )
        return {row[0]: _pc(*row) for row in rows}

    def add_rollout(self, spec: RolloutSpec, begin: Callable[[sa.Connection, RolloutSpec], None]) -> None:
        """Keep a rollout, and who ordered it, and begin it: all of it or nothing; once only."""
        with self.connected() as c:
            kept = c.execute(
                sa.text("INSERT INTO fleet.rollout (rollout, spec) VALUES (:r, :s) ON CONFLICT DO NOTHING"),
                {"r": spec.rollout, "s": Jsonb(encoded(spec))},
            )
            if not kept.rowcount:
                return  # it was kept, and the answer of the database was lost
            _act(c, spec.rollout, "run", str(spec.operator))
            begin(c, spec)

    def rollouts(self, most: int | None = None) -> dict[str, Rollout]:
        """The rollouts, the newest first; ``most`` of them, or all.

        Results that came late are left out, and so is a rollout that cannot be read.
        """
        rows = self.rows(
            "SELECT rollout, spec, progress FROM fleet.rollout LEFT JOIN fleet.progress "
            "USING (rollout) ORDER BY created DESC LIMIT :most",
            most=most,
        )
        found = {}
        for name, spec, progress in rows:
            with suppress(SicktuiError):  # asked for by its name, it answers why it cannot be read
                found[name] = _rollout(name, spec, progress)
        return found

    def reported(self, most: int) -> dict[str, float | None]:
        """When each of the latest rollouts was reported last, the newest first. It may be asked often."""
        rows = self.rows(
            "SELECT rollout, extract(epoch FROM at)::float8 FROM fleet.rollout "
            "LEFT JOIN fleet.progress USING (rollout) ORDER BY created DESC LIMIT :most",
            most=most,
        )
        return {row[0]: row[1] for row in rows}

    def rollout(self, rollout: str) -> Rollout:
        """A rollout with all its verdicts, also those that came when it was over.

        Raises:
            UsageError: there is no such rollout.
        """
        rows = self.rows(
            "SELECT spec, progress FROM fleet.rollout LEFT JOIN fleet.progress USING (rollout) "
            "WHERE rollout = :r",
            r=rollout,
        )
        if not rows:
            raise UsageError(f"There is no rollout {clean(rollout, 60)}.", advice="sicktui fleet list")
        found = _rollout(rollout, *rows[0])
        if found.progress is None or not found.progress.over:
            return found
        late = with_late(found.spec, found.progress, self.results(rollout))
        return Rollout(spec=found.spec, progress=late)

    def act(self, rollout: str, act: str, given_by: str) -> None:
        """Record what a person does: ``approve`` or ``cancel``."""
        with self.connected() as c:
            _act(c, rollout, act, given_by)

    def acts(self, rollout: str) -> list[Act]:
        """What was done with a rollout, by whom, and from where."""
        rows = self.rows(
            "SELECT act, given_by, extract(epoch FROM at)::float8, role, host(client) FROM fleet.act "
            "WHERE rollout = :r ORDER BY id",
            r=rollout,
        )
        return [Act(act=r[0], given_by=r[1], at=r[2], role=r[3], client=r[4]) for r in rows]

    def results(self, rollout: str, heard: Iterable[str] = ()) -> list[tuple[OrderResult, float]]:
        """The results of its orders, each with the moment at which it came."""
        rows = self.rows(
            'SELECT "order", result, extract(epoch FROM at)::float8 FROM fleet.result '
            'WHERE rollout = :r AND NOT "order" = ANY(:heard) ORDER BY at',
            r=rollout,
            heard=list(heard),
        )
        return [(_result(row[0], row[1]), row[2]) for row in rows]

    def events(self, rollout: str, after: int) -> list[Parcel]:
        """Lines of its orders that came after the parcel with this number."""
        rows = self.rows(
            'SELECT id, "order", first, lines FROM fleet.event WHERE rollout = :r AND id > :a '
            "ORDER BY id LIMIT 1000",
            r=rollout,
            a=after,
        )
        return [Parcel(number=r[0], order=r[1], first=r[2], lines=_lines(r[3])) for r in rows]

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Read rows, in one transaction.

        Args:
            query: the statement.
            values: what stands for ``:name`` in it.

        Raises:
            DatabaseError: the database cannot be reached, or refuses.
        """
        with self.connected() as c:
            return [tuple(row) for row in c.execute(sa.text(query), values)]

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """One transaction.

        Raises:
            DatabaseError: the database cannot be reached, or refuses.
        """
        with self.failing(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Turn what a database or the way to it raises into an error of ours.

        Raises:
            DatabaseError: the database cannot be reached, or refuses.
        """
        try:
            yield
        except (sa.exc.SQLAlchemyError, psycopg.Error) as error:
            raise _failed(error) from error


def keep_trying(work: Callable[[], _T], pause: float = 2.0) -> _T:
    """Do something with the database as soon as it answers: flashing goes on without it.

    Args:
        work: what to do.
        pause: seconds between two tries.

    Raises:
        DatabaseRefusal: it answers, and refuses.
    """
    while True:
        try:
            return work()
        except DatabaseRefusal:
            raise
        except DatabaseError:
            time.sleep(pause)


def _act(connection: sa.Connection, rollout: str, act: str, given_by: str) -> None:
    connection.execute(
        sa.text("INSERT INTO fleet.act (rollout, act, given_by) VALUES (:r, :a, :b)"),
        {"r": rollout, "a": act, "b": clean(given_by, 200)},
    )


def _rollout(name: str, spec: object, progress: object) -> Rollout:
    found = Rollout(
        spec=decoded(spec, RolloutSpec),
        progress=None if progress is None else decoded(progress, Progress),
    )
    if found.spec.rollout != name:
        raise SicktuiError(
            f"The rollout {clean(name, 60)} is named {clean(found.spec.rollout, 60)} in its own row.",
            advice="Somebody has changed the fleet's database. Look at its log.",
            code=Code.PROTOCOL_ERROR,
        )
    if problem := rollout_problem(found.spec):
        raise SicktuiError(
            f"The rollout {clean(name, 60)} is not carried out: {problem}.",
            advice="No program of this version has ordered it. Look at the log of the database.",
            code=Code.PROTOCOL_ERROR,
        )
    return found


def _result(order: str, result: object) -> OrderResult:
    """A result; what cannot be read has no verdicts, which makes its devices unknown.

    The database has seen to it that it is from the login of the PC to which the order was given.
    """
    try:
        found = decoded(result, OrderResult)
    except SicktuiError:
        return OrderResult(order=order, pc="", verdicts=())
    return structs.replace(found, order=order)


def _lines(lines: object) -> tuple[dict[str, object], ...]:
    """The lines of a parcel. Anything else there counts as an empty one: the others keep their numbers."""
    return tuple(line if isinstance(line, dict) else {} for line in lines) if isinstance(lines, list) else ()


def _pc(name: str, protocol: str, version: str, silence: float, inventory: object) -> Pc:
    """A PC. What one of another protocol has published is used as far as it can be read."""
    try:
        known = decoded(inventory, Inventory)
    except SicktuiError:
        known = Inventory()
    return Pc(name=name, protocol=protocol, version=version, silence=silence, inventory=known)


_FOR_EVER: Final = ("22", "23", "42")
"""Classes of SQLSTATE that another try does not change: the data, a constraint, a right."""


_NEVER_SENT: Final = (psycopg.DataError, psycopg.ProgrammingError)
"""What psycopg itself refuses to send, such as the character 0."""


def _failed(error: Exception) -> DatabaseError:
    cause = getattr(error, "orig", None) or error
    reason = str(cause).strip().splitlines()
    state = getattr(cause, "sqlstate", None)
    refused = isinstance(cause, _NEVER_SENT) if state is None else state.startswith(_FOR_EVER)
    return (DatabaseRefusal if refused else DatabaseError)(
        f"The fleet's database does not do it: {clean(reason[0] if reason else type(error).__name__, 300)}.",
        advice="Check fleet.url, the network, the certificate and the rights of the role.",
        code=Code.UNREACHABLE,
    )
