"""One coordinator at a time: a second one is refused, and takes over when the first is gone."""

import platform
import threading

import pytest

from sicktui.fleet.database import Database
from sicktui.fleet.tables.seat import Seat
from sicktui.model.errors import UsageError
from tests.fleet.site import Site, as_login, wait_until

pytestmark = pytest.mark.starts_afresh
HOLDER = "SELECT held_by FROM fleet.coordinator"
LOCKS = (
    "FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) "
    "WHERE l.relation = 'fleet.coordinator'::regclass AND l.mode = 'ShareUpdateExclusiveLock'"
)


def test_a_second_coordinator_is_refused_until_the_first_is_killed(office: Site) -> None:
    pc = office.pcs[0]
    first = office.start(pc, "coordinator")
    wait_until(lambda: str(first.pid) in str(office.row(HOLDER)), "the first")
    second = pc.fleet("coordinator", "coordinator")
    assert second.code == 2
    assert "The fleet has a coordinator since " in second.err
    assert f"@{platform.node()}, process {first.pid} (127.0.0.1)" in second.err
    office.kill(first)
    log = pc.program.folder / "coordinator.log"
    log.write_text("")
    third = office.start(pc, "coordinator")
    wait_until(lambda: str(third.pid) in str(office.row(HOLDER)), "the third")

    wait_until(lambda: "Coordinates the fleet" in log.read_text(), "that it works")
    office.postgres.stop()
    office.postgres.start()
    wait_until(lambda: "There is a session with the database again" in log.read_text(), "the session")
    assert third.poll() is None
    assert office.row(f"SELECT count(*) {LOCKS}") == 1


def test_a_coordinator_that_was_replaced_decides_nothing_more(office: Site) -> None:
    databases = [as_login(office.postgres, "coordinator", Database) for _ in range(2)]
    old, new = (Seat(database, name) for database, name in zip(databases, ("old", "new"), strict=True))
    old.take()
    with pytest.raises(UsageError, match=r"has a coordinator since .*: old"):
        new.take()
    # It has written and reads nothing: no clean-up of a table waits for it, however long it lasts.
    assert office.row(f"SELECT count(*) {LOCKS} AND a.backend_xid IS NULL AND a.backend_xmin IS NULL") == 1
    told: list[str] = []
    office.postgres.psql(f"SELECT pg_terminate_backend(a.pid) {LOCKS}")
    wait_until(lambda: office.row(f"SELECT count(*) {LOCKS}") == 0, "the end of the session")
    new.take()
    old.keep(pause=0.05, tell=told.append)
    wait_until(lambda: old.refusal is not None, "that the old one notices")
    assert "new" in str(old.refusal)
    assert len(told) == 1
    decided = threading.Event()

    def decide() -> None:
        old.wait()
        decided.set()

    threading.Thread(target=decide, daemon=True).start()
    assert not decided.wait(0.3)
    new.wait()


def test_only_the_login_of_a_coordinator_can_take_the_seat(office: Site) -> None:
    for login in ("hall-1", "operator", "auditor"):
        lock = "BEGIN; LOCK TABLE fleet.coordinator IN SHARE UPDATE EXCLUSIVE MODE"
        for statement in (lock, "UPDATE fleet.coordinator SET held_by = 'me'"):
            assert "permission denied" in office.postgres.refused(statement, user=login)
