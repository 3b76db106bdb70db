"""What ``sicktui fleet worker``, ``coordinator``, ``setup`` and ``login`` do."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Final

from sicktui.cli.actions.fleet.fleet_shared import open_fleet
from sicktui.cli.actions.pc.serve import forwarded
from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.context import open_context
from sicktui.fleet.address import ACCOUNT, VARIABLE, place, require_extra
from sicktui.fleet.records import PROTOCOL, Inventory, check_pc
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.fleet import FleetTables
from sicktui.model.lines.passwords import FleetLogin
from sicktui.stores.disk.locks import operator
from sicktui.stores.secrets.store import MEMORY

AGAIN: Final = 5.0
"""Seconds between two tries to reach the database when a process starts."""
LOOK: Final = 30.0
"""Seconds between two looks whether the fleet has another protocol now."""
_OF_WORKER: Final = 2
"""Connections to the database. With one, a worker stops at its own listener."""


def worker(common: Common) -> int:
    """Work for this PC until a signal."""
    with open_fleet(common, connections=_OF_WORKER, checked=False) as (cli, database):
        from sicktui.fleet.database import DatabaseError, OtherProtocol  # noqa: PLC0415
        from sicktui.fleet.orders import Children, Surroundings, environment  # noqa: PLC0415  of the extra
        from sicktui.fleet.tables.deliveries import Deliveries  # noqa: PLC0415
        from sicktui.fleet.worker import Worker  # noqa: PLC0415

        deliveries = Deliveries(database.engine)
        pc = check_pc(cli.context.settings.fleet.pc)
        try:
            _wait_for(cli, database.check)
        except OtherProtocol:
            with suppress(DatabaseError):  # 'fleet status' shows it, if the tables still take it
                deliveries.publish(pc, Inventory())
            raise
        children = Children()
        password, passphrase = cli.given_password, cli.context.credentials.passphrase
        around = Surroundings(
            pc=pc,
            database=deliveries,
            open_context=partial(
                open_context, home=common.home, overrides=common.overrides, environ=dict(os.environ)
            ),
            words=forwarded(common),
            environ=environment(password, passphrase),
        )
        Worker(around, children, cli.out.note).start()
        cli.out.note(
            f"{pc} waits for orders from {place(cli.context.settings.fleet)}. Ctrl-C ends it; runs go on."
        )
        end = _until_signal(database.check)
        children.end()
        return _leave(cli, end)


def coordinator(common: Common) -> int:
    """Decide for the rollouts of the fleet until a signal."""
    with open_fleet(common, connections=4, checked=False) as (cli, database):
        from sicktui.fleet.coordinator import Coordinator  # noqa: PLC0415  of the extra
        from sicktui.fleet.tables.decisions import Decisions  # noqa: PLC0415
        from sicktui.fleet.tables.seat import Seat  # noqa: PLC0415

        _wait_for(cli, database.check)
        who = operator()
        seat = Seat(database, f"{who.user}@{who.host}, process {os.getpid()}")
        _wait_for(cli, seat.take)
        seat.keep(tell=cli.out.note)
        keep_days = cli.context.settings.fleet.keep_days
        Coordinator(Decisions(database.engine), cli.out.note, seat, keep_days=keep_days).start()
        cli.out.note(f"Coordinates the fleet of {place(cli.context.settings.fleet)}. Ctrl-C ends it.")
        return _leave(cli, _until_signal(database.check, lambda: seat.refusal))


def setup(common: Common, *, roles: bool) -> int:
    """Make the tables of a fleet, or print the roles."""
    if roles:
        if common.json:
            raise UsageError("A script is not JSON lines.", advice="Leave out --json.")
        require_extra()
        from sicktui.fleet.tables.schema import roles_sql  # noqa: PLC0415  of the extra

        with open_cli(common) as cli:
            cli.out.document(roles_sql().encode() + b"\n")
        return ExitCode.OK
    with open_fleet(common, connections=2, checked=False) as (cli, database):
        from sicktui.fleet.machinery import migrate  # noqa: PLC0415  of the extra

        database.now()
        database.create()
        migrate(database.engine)
        database.fence()
        database.check()
        where = place(cli.context.settings.fleet)
        cli.out.emit(FleetTables(ts=cli.now(), where=where, protocol=PROTOCOL))
        cli.out.note(f"The tables of the fleet are in {where}.")
        return ExitCode.OK


def login(common: Common) -> int:
    """Store the password of the fleet's database."""
    with open_cli(common) as cli:
        given = cli.given_password if common.password_stdin else None
        if given is None and not cli.interactive:
            raise UsageError(
                "The database's password is needed, but there is no terminal to ask on.",
                advice=f"Use --password-stdin or {VARIABLE}.",
            )
        password = given or ask_secret("Password of the fleet's database: ")
        if not password:
            raise UsageError("No password was entered, so nothing was stored.")
        stored = cli.context.credentials.keep(ACCOUNT, password)
        if stored == MEMORY:
            raise SicktuiError(
                "The database's password was not stored: this PC has no keyring that works.",
                advice=f"Create a vault with 'sicktui vault create', or pass it in {VARIABLE}.",
                code=Code.STORAGE_ERROR,
            )
        cli.out.emit(FleetLogin(ts=cli.now(), account=ACCOUNT, stored=stored))
        cli.out.note(f"Stored in {stored}.")
        return ExitCode.OK


def _wait_for(cli: CliContext, check: Callable[[], None]) -> None:
    """Wait until the database answers: a PC may start before its network does."""
    from sicktui.fleet.database import DatabaseError  # noqa: PLC0415  of the extra

    told = False
    while True:
        try:
            check()
        except DatabaseError as error:
            if not told:
                cli.out.warn(f"{error.message} It is tried again.", error.advice)
            told = True
            time.sleep(AGAIN)
        else:
            return


def _until_signal(
    check: Callable[[], None], refusal: Callable[[], UsageError | None] = lambda: None
) -> UsageError | None:
    """Wait for a request to end this process; or why it cannot go on.

    Args:
        check: raises once the fleet has another protocol. It asks the database.
        refusal: any other reason.
    """
    from sicktui.fleet.database import DatabaseError  # noqa: PLC0415  of the extra

    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)
    due = time.monotonic() + LOOK
    while not asked.wait(1.0):  # in pieces: on Windows a signal does not end a wait
        if (reason := refusal()) is not None:
            return reason
        if time.monotonic() < due:
            continue
        due = time.monotonic() + LOOK
        try:
            check()
        except DatabaseError:
            pass  # it is away; the runs go on
        except UsageError as error:
            return error
    return None


def _leave(cli: CliContext, error: UsageError | None) -> int:
    """End at once: what is in the middle stays in the database, and is taken up at the next start."""
    if error is not None:
        cli.out.warn(error.message, error.advice)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitCode.OK if error is None else ExitCode.USAGE)
