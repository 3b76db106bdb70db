"""What a face shows of a fleet and does with its rollouts. Call it in a thread; it needs the extra."""

from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from typing import Final

from msgspec import Struct

from sicktui.fleet.address import connection_words
from sicktui.fleet.course import Course
from sicktui.fleet.database import (
    Database,
    DatabaseError,
    DatabaseRefusal,
    Rollout,
    make_engine,
)
from sicktui.fleet.drafts import Draft, Wish, drafted
from sicktui.fleet.records import Act
from sicktui.fleet.selection import Pc
from sicktui.model.errors import UsageError
from sicktui.model.settings import FleetSettings
from sicktui.model.spread.stages import titles_of
from sicktui.stores.disk.locks import operator

LATEST: Final = 50
"""Rollouts of an overview."""
TAKEN_UP: Final = 10.0
"""Seconds within which a coordinator that runs takes up a rollout: it looks every second."""


class OrderLost(DatabaseError):
    """The database has not answered to an order: whether it was taken is not known."""


class Overview(Struct, frozen=True, kw_only=True):
    """A fleet at one moment."""

    here: str
    """The name of this PC; empty: it is not one of the fleet."""
    pcs: tuple[Pc, ...]
    rollouts: tuple[Rollout, ...]
    """The newest first."""

    @property
    def unapproved(self) -> tuple[str, ...]:
        """The rollouts that wait for a person to approve them."""
        return tuple(each.spec.rollout for each in self.rollouts if each.waits_for_approval)


class Record(Struct, frozen=True, kw_only=True):
    """Everything that is known of a rollout."""

    rollout: Rollout
    acts: tuple[Act, ...]
    waves: dict[str, str]
    """The title of the wave of each device that may go. Treat as read-only."""

    def unclaimed(self, waited: float) -> str:
        """That no coordinator takes it up, and what to do; see the function of that name."""
        return unclaimed(self.rollout, waited)


class Desk:
    """The fleet of one database. Safe for several threads.

    Args:
        settings: the address, and the name of this PC.
        password: the database's password.

    Raises:
        ConfigError: the address cannot be used.
    """

    def __init__(self, settings: FleetSettings, password: str | None) -> None:
        self._here = settings.pc
        self._engine = make_engine(connection_words(settings, password), connections=2)
        self._database = Database(self._engine)
        self._known: dict[str, tuple[float | None, Rollout]] = {}
        """Rollouts that were read, each with the moment of its last report."""

    def overview(self) -> Overview:
        """The PCs, and the latest rollouts.

        Raises:
            UsageError: the database is of another protocol, or of no fleet.
            DatabaseError: it cannot be reached.
        """
        self._database.check()
        return Overview(
            here=self._here,
            pcs=tuple(self._database.pcs().values()),
            rollouts=tuple(self._rollouts()),
        )

    def _rollouts(self) -> Iterable[Rollout]:
        """The latest rollouts. One of two hundred sensors is 100 kB: only those with news are read again."""
        reported = self._database.reported(LATEST)
        if not self._known:
            found = self._database.rollouts(LATEST)
            self._known = {name: (reported.get(name), rollout) for name, rollout in found.items()}
        for name, at in reported.items():
            if name not in self._known or self._known[name][0] != at:
                with suppress(UsageError):  # it was removed meanwhile
                    self._known[name] = (at, self._database.rollout(name))
        self._known = {name: self._known[name] for name in reported if name in self._known}
        return (rollout for _, rollout in self._known.values())

    def record(self, rollout: str) -> Record:
        """A rollout with what people did with it.

        Raises:
            UsageError: there is no such rollout.
            DatabaseError: the database cannot be reached.
        """
        found = self._database.rollout(rollout)
        return Record(
            rollout=found,
            acts=tuple(self._database.acts(rollout)),
            waves=titles_of(Course(found.spec).stages),
        )

    def draft(self, wish: Wish, now: datetime) -> Draft:
        """What would come of a wish, by what the PCs have published until now.

        Raises:
            UsageError: a word means no device, the limits contradict each other, or the database is of
                another protocol.
            DatabaseError: the database cannot be reached.
        """
        self._database.check()
        return drafted(wish, self._database.pcs(), now)

    def order(self, draft: Draft) -> None:
        """Order a rollout, as the user of this PC. The same draft once more is the same rollout.

        Raises:
            UsageError: the database is of another protocol.
            OrderLost: it has not answered to the order.
            DatabaseError: it cannot be reached, or the role may not: nothing was ordered.
        """
        self._database.check()
        order(self._database, draft)

    def approve(self, rollout: str) -> None:
        """Let a rollout go on, as the user of this PC.

        Raises:
            UsageError: it does not wait for that.
            DatabaseError: the database cannot be reached, or the role may not.
        """
        approve(self._database, self._database.rollout(rollout))

    def cancel(self, rollout: str) -> None:
        """Cancel a rollout, as the user of this PC.

        Raises:
            UsageError: it is over.
            DatabaseError: the database cannot be reached, or the role may not.
        """
        cancel(self._database, self._database.rollout(rollout))

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def unclaimed(rollout: Rollout, waited: float) -> str:
    """That no coordinator takes a rollout up, and what to do; empty: one has, or may do so any moment.

    Args:
        rollout: the rollout.
        waited: for how many seconds this was so, by the clock of the one who waits.
    """
    if rollout.progress is not None or waited < TAKEN_UP:
        return ""
    return "No coordinator takes it up. Start 'sicktui fleet coordinator' on one PC of the fleet."


def order(database: Database, draft: Draft) -> None:
    """Keep a rollout, and who ordered it, and have the coordinator begin it: all of it or nothing.

    The same draft once more is the same rollout: after an answer that was lost it may be ordered again.

    Raises:
        DatabaseRefusal: the role may not.
        OrderLost: the database did not answer, or not in time.
    """
    from sicktui.fleet.machinery import Client  # noqa: PLC0415  takes a second

    try:
        with closing(Client(database.engine)) as client:
            database.add_rollout(draft.spec, client.begin)
    except DatabaseRefusal:
        raise
    except DatabaseError as error:
        raise OrderLost(
            f"{error.message} Whether the rollout {draft.spec.rollout} was ordered is not known.",
            advice="'sicktui fleet list' shows it if it was.",
            code=error.code,
        ) from error


def check_approvable(rollout: Rollout) -> None:
    """Refuse an approval that nothing waits for.

    Raises:
        UsageError: the rollout does not wait for approval.
    """
    if not rollout.waits_for_approval:
        name = rollout.spec.rollout
        raise UsageError(
            f"The rollout {name} does not wait for approval: it is {rollout.state}.",
            advice=f"'sicktui fleet status {name}' shows what it waits for.",
        )


def approve(database: Database, rollout: Rollout) -> None:
    """Record an approval, and have the coordinator look.

    Raises:
        UsageError: the rollout does not wait for it.
    """
    check_approvable(rollout)
    _act(database, rollout, "approve")


def cancel(database: Database, rollout: Rollout) -> None:
    """Record a cancel, and have the coordinator look.

    Raises:
        UsageError: the rollout is over.
    """
    if rollout.over:
        raise UsageError(
            f"The rollout {rollout.spec.rollout} is {rollout.state}; there is nothing to cancel."
        )
    _act(database, rollout, "cancel")


def _act(database: Database, rollout: Rollout, act: str) -> None:
    from sicktui.fleet.machinery import Client  # noqa: PLC0415  takes a second

    database.act(rollout.spec.rollout, act, str(operator()))
    with closing(Client(database.engine)) as client:
        client.wake(rollout.spec.rollout)
