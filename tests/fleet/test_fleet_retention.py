"""What the database forgets of old rollouts: steps and lines, and nothing that is open."""

import pytest
from msgspec import structs

from sicktui.fleet.course import Progress
from sicktui.fleet.database import Database
from sicktui.fleet.records import Ask, Inventory, OrderResult, OrderSpec
from sicktui.fleet.tables.decisions import Decisions
from sicktui.fleet.tables.deliveries import Deliveries
from tests.fleet.report_sample import spec_of
from tests.fleet.site import Site, as_login

pytestmark = pytest.mark.starts_afresh


def order(rollout: str, number: int) -> OrderSpec:
    return OrderSpec(
        order=f"{rollout}-{number}-hall-1",
        rollout=rollout,
        pc="hall-1",
        wave=number,
        devices=("a",),
        ask=Ask(package="a" * 64),
        max_failures=1,
        given=1.0,
        not_after=2.0,
    )


def test_steps_of_what_ended_long_ago_are_deleted_and_nothing_that_is_open(office: Site) -> None:
    pc = as_login(office.postgres, "hall-1", Deliveries)
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    operator, auditor = (as_login(office.postgres, login, Database) for login in ("operator", "auditor"))
    pc.publish("hall-1", Inventory())

    def rollout(name: str, state: str, results: int) -> None:
        """A rollout with two orders."""
        operator.add_rollout(structs.replace(spec_of("hall-1/a"), rollout=name), lambda *_: None)
        for number in (1, 2):
            given = order(name, number)
            coordinator.give(given)
            pc.send(given, 0, [{"kind": "step"}])
            if number <= results:
                pc.deliver(name, OrderResult(order=given.order, pc="hall-1", verdicts=()))
        coordinator.report(Progress(rollout=name, state=state, at=1.0))
        ended = {f"{name}-{number}-hall-1" for number in range(1, results + 1)}
        ended |= {name} if state == "finished" else set()
        for workflow in (name, f"{name}-1-hall-1", f"{name}-2-hall-1"):
            status = "SUCCESS" if workflow in ended else "PENDING"
            statements = (
                f"INSERT INTO dbos.workflow_status (workflow_uuid, status) VALUES ('{workflow}', '{status}')",  # noqa: S608
                f"INSERT INTO dbos.workflow_input (workflow_uuid, inputs) VALUES ('{workflow}', '[]')",  # noqa: S608
            )
            office.postgres.psql("; ".join(statements))

    rollout("Over", "finished", 2)
    rollout("Lost", "finished", 1)  # a PC that never returned
    rollout("Open", "running", 1)
    for table in ("progress", "result"):
        office.postgres.psql(f"UPDATE fleet.{table} SET at = at - interval '30 days'")  # noqa: S608
    rollout("Young", "finished", 2)

    assert "permission denied" in office.postgres.refused("SELECT fleet.forget(1)", user="operator")
    assert coordinator.forget(31) == 0
    before = (list(auditor.rollouts()), len(auditor.acts("Over")), len(auditor.results("Over")))
    assert coordinator.forget(0) == 5  # those of the last week stay, whatever is asked for
    left = office.postgres.psql("SELECT workflow_uuid FROM dbos.workflow_status ORDER BY 1").split()
    young = ["Young", "Young-1-hall-1", "Young-2-hall-1"]
    assert left == ["Lost-2-hall-1", "Open", "Open-1-hall-1", "Open-2-hall-1", *young]
    assert office.postgres.psql("SELECT workflow_uuid FROM dbos.workflow_input ORDER BY 1").split() == left
    events = office.postgres.psql('SELECT "order" FROM fleet.event ORDER BY 1').split()
    assert events == [name for name in left if "-" in name]
    assert (list(auditor.rollouts()), len(auditor.acts("Over")), len(auditor.results("Over"))) == before
