"""Which rows of DBOS' own tables a login may touch: a PC those of its orders, no other."""

from typing import Final

import pytest
from msgspec import structs

from sicktui.fleet.database import Database
from sicktui.fleet.records import Inventory
from sicktui.fleet.tables.decisions import Decisions
from sicktui.fleet.tables.deliveries import Deliveries
from tests.fleet.site import Site, as_login
from tests.fleet.test_fleet_roles import ORDER, SPEC

pytestmark = pytest.mark.starts_afresh
ENQUEUED: Final = "INSERT INTO dbos.workflow_status (workflow_uuid, status, name, queue_name) VALUES "
STEP: Final = "INSERT INTO dbos.operation_outputs (workflow_uuid, function_id, function_name, output) VALUES "
REFUSED: Final[dict[str, tuple[str, ...]]] = {
    "hall-1": (
        f"{STEP}('R', 1, 'look', '{{\"approvals\": [9e9]}}')",
        f"{STEP}('R-1-hall-2', 1, 'carry_out', '{{}}')",
        f"{ENQUEUED}('R-2-hall-2', 'SUCCESS', 'order', 'pc:hall-2')",
        f"{ENQUEUED}('R-2-hall-2', 'SUCCESS', 'order', 'pc:hall-1')",
        "SELECT dbos.enqueue_workflow(workflow_name => 'order', queue_name => 'pc:hall-2')",
        "SELECT dbos.enqueue_workflow(workflow_name => 'rollout', queue_name => 'coordinator')",
        "UPDATE dbos.workflow_status SET workflow_uuid = 'R-2-hall-2'",
        "UPDATE dbos.workflow_status SET name = 'rollout'",
        "UPDATE dbos.workflow_status SET queue_name = 'coordinator'",
        "UPDATE dbos.workflow_status SET queue_name = 'pc:hall-2'",
        "UPDATE dbos.workflow_input SET inputs = '{}'",
        "INSERT INTO dbos.workflow_output (workflow_uuid, output) VALUES ('R', '{}')",
        "UPDATE dbos.operation_outputs SET output = '{}'",
        "UPDATE dbos.notifications SET consumed = true",
        "SELECT dbos.send_message('R2', '1', 'wake')",
        "SELECT dbos.send_message('R', '1', 'other')",
        "SELECT dbos.send_message('R-1-hall-2', '1', 'wake')",
        "INSERT INTO dbos.queues (name) VALUES ('coordinator')",
        "INSERT INTO dbos.queues (name) VALUES ('pc:hall-2')",
        "INSERT INTO dbos.application_versions (version_id, version_name) VALUES ('9', 'orders-9')",
        "INSERT INTO dbos.workflow_events (workflow_uuid, key, value) VALUES ('R', 'k', 'v')",
        "INSERT INTO dbos.streams (workflow_uuid, key, value, \"offset\") VALUES ('R', 'k', 'v', 1)",
    ),
    "operator": (
        f"{ENQUEUED}('R-2-hall-1', 'ENQUEUED', 'order', 'pc:hall-1')",
        f"{STEP}('R', 1, 'look', '{{}}')",
        "SELECT dbos.enqueue_workflow(workflow_name => 'order', queue_name => 'pc:hall-1')",
        "UPDATE dbos.workflow_status SET status = 'CANCELLED'",
        "INSERT INTO dbos.workflow_input (workflow_uuid, inputs) VALUES ('R-9-hall-1', '{}')",
        "SELECT dbos.send_message('R', '1', 'other')",
    ),
}
"""What a login tries, which ends with an error of the database."""
NOTHING: Final = (
    "UPDATE dbos.workflow_status SET status = 'CANCELLED' WHERE workflow_uuid <> 'R-1-hall-1'",
    "UPDATE dbos.workflow_status SET executor_id = 'hall-1' WHERE workflow_uuid = 'R'",
    "UPDATE dbos.workflow_output SET output = '{}'",
    "UPDATE dbos.queues SET concurrency = 0 WHERE name <> 'pc:hall-1'",
)
"""What the login of a PC tries that changes no row."""


@pytest.fixture
def busy(office: Site) -> Site:
    """Two PCs, each with an order of the rollout ``R``; another rollout, ``R2``."""
    for name in ("hall-1", "hall-2"):
        as_login(office.postgres, name, Deliveries).publish(name, Inventory())
    operator = as_login(office.postgres, "operator", Database)
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    for rollout in ("R", "R2"):
        operator.add_rollout(structs.replace(SPEC, rollout=rollout), lambda *_: None)
        office.enqueue("rollout", "coordinator", rollout)
    for pc in ("hall-1", "hall-2"):
        order = structs.replace(ORDER, order=f"R-1-{pc}", pc=pc)
        coordinator.give(order)
        office.enqueue("order", f"pc:{pc}", order.order, f'"{order.order}"', login="coordinator")
    office.enqueue("order", "pc:hall-2", "R-9-hall-1", login="coordinator")
    office.postgres.psql(
        "INSERT INTO dbos.operation_outputs (workflow_uuid, function_id, function_name, output) "
        "VALUES ('R', 0, 'read', '{}');"
        "INSERT INTO dbos.queues (name) VALUES ('pc:hall-2'), ('coordinator');"
        "INSERT INTO dbos.workflow_output (workflow_uuid, output) VALUES ('R-1-hall-2', '{}');"
        "UPDATE dbos.workflow_input SET inputs = '{}' WHERE workflow_uuid = 'R-9-hall-1'"
    )
    return office


def test_no_login_touches_what_others_have_in_the_queues(busy: Site) -> None:
    for login, statements in REFUSED.items():
        for statement in statements:
            refused = busy.postgres.refused(statement, user=login)
            assert "permission denied" in refused or "row-level security" in refused, (login, statement)
    before = busy.postgres.dump()
    for statement in NOTHING:
        assert busy.postgres.psql(f"{statement} RETURNING 1", user="hall-1").strip() == ""
    assert _rows(before) == _rows(busy.postgres.dump())


def test_a_pc_sees_and_works_on_its_own_orders(busy: Site) -> None:
    def seen(table: str, column: str = "workflow_uuid") -> list[str]:
        return busy.postgres.psql(f"SELECT {column} FROM dbos.{table}", user="hall-1").split()  # noqa: S608

    assert seen("workflow_status") == seen("workflow_input") == ["R-1-hall-1"]
    assert seen("operation_outputs") == seen("workflow_output") == []
    for statement in (
        "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = 'hall-1'",
        f"{STEP}('R-1-hall-1', 0, 'carry_out', '{{}}')",
        "INSERT INTO dbos.workflow_output (workflow_uuid, output) VALUES ('R-1-hall-1', '{}')",
        "SELECT dbos.send_message('R', '1', 'wake')",
        "INSERT INTO dbos.queues (name) VALUES ('pc:hall-1')",
    ):
        busy.postgres.psql(statement, user="hall-1")
    assert seen("operation_outputs") == seen("workflow_output") == ["R-1-hall-1"]
    assert seen("notifications", "destination_uuid") == ["R"]


def test_a_fleet_that_was_set_up_before_the_fence_is_not_used(busy: Site) -> None:
    busy.postgres.psql("UPDATE fleet.about SET schema_number = 1")
    refused = busy.pcs[0].fleet("auditor", "list")
    assert (refused.code, "fleet setup" in refused.err) == (2, True)


def _rows(dump: str) -> list[str]:
    """The rows of a dump, which has a number of its own."""
    return sorted(line for line in dump.splitlines() if "\t" in line)
