"""What the commands of a fleet share: the extra, the database, the words for a rollout."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.fleet.address import connection_words, password_of, require_extra
from sicktui.model.errors import UsageError
from sicktui.stores.disk.ids import resolve_prefix

if TYPE_CHECKING:
    from sicktui.fleet.database import Database

LATEST: Final = "latest"


@contextmanager
def open_fleet(
    common: Common, *, connections: int = 1, checked: bool = True
) -> Iterator[tuple[CliContext, "Database"]]:
    """The context of a call and the fleet's tables, closed at its end.

    Args:
        common: the common options.
        connections: how many to the database.
        checked: whether a database that this program does not understand is refused.

    Raises:
        UsageError: the extra is not installed, or no usable database is set up.
        DatabaseError: it cannot be reached.
    """
    require_extra()
    from sicktui.fleet.database import Database, make_engine  # noqa: PLC0415  of the extra

    with open_cli(common) as cli:
        engine = make_engine(
            connection_words(cli.context.settings.fleet, password_of(cli.context.credentials)),
            connections=connections,
        )
        try:
            database = Database(engine)
            if checked:
                database.check()
            yield cli, database
        finally:
            engine.dispose()


def chosen_rollout(word: str, known: Mapping[str, object]) -> str:
    """The rollout that is meant: its id, a beginning of it, or ``latest``.

    Args:
        word: what was typed.
        known: every rollout by its id, the newest first.

    Raises:
        UsageError: none is meant, or more than one.
    """
    if word == LATEST:
        if not known:
            raise UsageError("There was no rollout yet.", advice="'sicktui fleet run' orders one.")
        return next(iter(known))
    return resolve_prefix(word, list(known), "rollout", where="'sicktui fleet list' shows them.")
