"""What each role of the database may do, by the SQL of the manual: its work, and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from sicktui.fleet.course import Progress
from sicktui.fleet.database import Database, DatabaseRefusal
from sicktui.fleet.records import Ask, DeviceResult, Inventory, OrderResult, OrderSpec, RolloutSpec
from sicktui.fleet.tables.decisions import Decisions
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.enums import Verdict
from sicktui.model.run.plan import Operator
from sicktui.model.spread.pace import Pace
from tests.fleet.site import Site, as_login, roles_of_the_manual

pytestmark = pytest.mark.starts_afresh
ORDER: Final = OrderSpec(
    order="R-1-hall-1",
    rollout="R",
    pc="hall-1",
    wave=1,
    devices=("a",),
    ask=Ask(package="a" * 64),
    max_failures=1,
    given=1.0,
    not_after=2.0,
)
SPEC: Final = RolloutSpec(
    rollout="R",
    created="2026-11-30T12:00:00.000Z",
    operator=Operator(user="anna", host="office"),
    ask=ORDER.ask,
    pace=Pace(),
    deadline=60.0,
    items=(),
)
MAY_NOT: Final[Mapping[str, tuple[str, ...]]] = {
    "hall-1": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', 'me')",
        "INSERT INTO fleet.rollout (rollout, spec) VALUES ('R2', '{}')",
        "INSERT INTO fleet.given (\"order\", rollout, spec) VALUES ('o', 'R', '{}')",
        "UPDATE fleet.given SET spec = '{}'",
        "UPDATE fleet.progress SET progress = '{}'",
        "UPDATE fleet.result SET result = '{}'",
        "UPDATE fleet.event SET lines = '[]'",
        "INSERT INTO fleet.result (\"order\", rollout, result, role) VALUES ('o', 'R', '{}', 'other')",
        "INSERT INTO fleet.pc (name, protocol, version, inventory, role) VALUES ('x', '', '', '{}', 'y')",
        "UPDATE fleet.pc SET role = 'hall-1'",
        "DELETE FROM fleet.pc",
        "DELETE FROM dbos.workflow_status",
        "CREATE TABLE dbos.mine (x int)",
    ),
    "coordinator": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', 'me')",
        "INSERT INTO fleet.rollout (rollout, spec) VALUES ('R2', '{}')",
        "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('o', 'R', '{}')",
        "UPDATE fleet.given SET spec = '{}'",
        "UPDATE fleet.pc SET protocol = 'x'",
        "DELETE FROM fleet.progress",
        "DELETE FROM dbos.workflow_status",
    ),
    "operator": (
        "INSERT INTO fleet.act (rollout, act, given_by, role) VALUES ('R', 'approve', 'me', 'other')",
        "INSERT INTO fleet.act (rollout, act, given_by, client) VALUES ('R', 'approve', 'me', '10.0.0.1')",
        "INSERT INTO fleet.act (rollout, act, given_by, at) VALUES ('R', 'approve', 'me', now())",
        "UPDATE fleet.act SET given_by = 'other'",
        "DELETE FROM fleet.act",
        "UPDATE fleet.rollout SET spec = '{}'",
        "INSERT INTO fleet.given (\"order\", rollout, spec) VALUES ('o', 'R', '{}')",
        "INSERT INTO fleet.progress (rollout, progress) VALUES ('R', '{}')",
        "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('o', 'R', '{}')",
        "INSERT INTO dbos.operation_outputs (workflow_uuid, function_id) VALUES ('R', 1)",
        "UPDATE fleet.pc SET protocol = 'x'",
        "CREATE TABLE fleet.mine (x int)",
    ),
    "auditor": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'cancel', 'me')",
        "SELECT * FROM dbos.workflow_status",
        "UPDATE fleet.pc SET protocol = 'x'",
        "INSERT INTO fleet.event (rollout, \"order\", first, lines) VALUES ('R', 'o', 0, '[]')",
    ),
}


def result(*verdicts: Verdict) -> OrderResult:
    return OrderResult(
        order=ORDER.order,
        pc=ORDER.pc,
        verdicts=tuple(DeviceResult(device="a", verdict=verdict) for verdict in verdicts),
    )


def nothing(*_: Any) -> None:
    """In place of the queue, which is another test's."""


def test_each_role_of_the_manual_may_do_its_work_and_nothing_else(office: Site) -> None:
    assert roles_of_the_manual() == office.pcs[0].program.here("fleet", "setup", "--roles", fast=False).out
    pcs = {login: as_login(office.postgres, login, Deliveries) for login in ("hall-1", "hall-2")}
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    operator, auditor = (as_login(office.postgres, login, Database) for login in ("operator", "auditor"))
    for name, pc in pcs.items():
        pc.publish(name, Inventory())
    operator.add_rollout(SPEC, nothing)
    coordinator.give(ORDER)
    coordinator.report(Progress(rollout="R", state="running", at=1.0))
    assert pcs["hall-1"].given(ORDER.order) == ORDER
    pcs["hall-1"].send(ORDER, 0, [{"kind": "step"}])
    operator.act("R", "cancel", "anna")
    assert [(act.act, act.role, act.client) for act in auditor.acts("R")] == [
        ("run", "operator", "127.0.0.1"),
        ("cancel", "operator", "127.0.0.1"),
    ]
    for login, statements in MAY_NOT.items():
        assert office.postgres.psql("SELECT rollout FROM fleet.rollout", user=login).strip() == "R"
        for statement in statements:
            refused = office.postgres.refused(statement, user=login)
            assert "permission denied" in refused, (login, statement, refused)

    # A PC is its login's: another PC's login neither replaces what it has published nor forges its verdicts.
    forgeries: list[Callable[[], None]] = [
        lambda: pcs["hall-2"].publish("hall-1", Inventory()),
        lambda: pcs["hall-2"].deliver("R", result(Verdict.FAILED)),
        lambda: pcs["hall-2"].send(ORDER, 1, [{"kind": "step"}]),
    ]
    for forge in forgeries:
        with pytest.raises(DatabaseRefusal, match="row-level security"):
            forge()
    with pytest.raises(DatabaseRefusal):  # and no order that was never given gets a result
        pcs["hall-1"].deliver("R", OrderResult(order="R-2-hall-1", pc="hall-1", verdicts=()))
    pcs["hall-1"].deliver("R", result(Verdict.SUCCEEDED))
    pcs["hall-1"].deliver("R", result(Verdict.FAILED))  # the first one counts
    [(found, _)] = auditor.results("R")
    assert found == result(Verdict.SUCCEEDED)
    assert coordinator.look("R", ()).cancelled
