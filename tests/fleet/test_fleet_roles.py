"""What each role of the database may do: its work, and nothing else."""

from typing import Final

import pytest

from tests.fleet.site import Site

pytestmark = pytest.mark.starts_afresh

MAY_NOT: Final = {
    "worker": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', 'me')",
        "INSERT INTO fleet.rollout (rollout, spec) VALUES ('R2', '{}')",
        "UPDATE fleet.progress SET progress = '{}'",
        "UPDATE fleet.result SET result = '{}'",
        "INSERT INTO fleet.result (\"order\", rollout, result, role) VALUES ('o', 'R', '{}', 'other')",
        "DELETE FROM dbos.workflow_status",
    ),
    "coordinator": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', 'me')",
        "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('o', 'R', '{}')",
        "UPDATE fleet.pc SET protocol = 'x'",
        "DELETE FROM fleet.progress",
    ),
    "operator": (
        "INSERT INTO fleet.act (rollout, act, given_by, role) VALUES ('R', 'approve', 'me', 'other')",
        "INSERT INTO fleet.act (rollout, act, given_by, client) VALUES ('R', 'approve', 'me', '10.0.0.1')",
        "UPDATE fleet.act SET given_by = 'other'",
        "DELETE FROM fleet.act",
        "UPDATE fleet.rollout SET spec = '{}'",
        "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('o', 'R', '{}')",
        "UPDATE fleet.pc SET protocol = 'x'",
        "CREATE TABLE fleet.mine (x int)",
    ),
    "auditor": (
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'cancel', 'me')",
        "SELECT * FROM dbos.workflow_status",
        "UPDATE fleet.pc SET protocol = 'x'",
    ),
}


def test_a_role_may_do_its_work_and_nothing_else(office: Site) -> None:
    office.postgres.psql("INSERT INTO fleet.rollout (rollout, spec) VALUES ('R', '{}')")
    for role, statements in MAY_NOT.items():
        assert office.postgres.psql("SELECT rollout FROM fleet.rollout", user=role).strip() == "R"
        for statement in statements:
            refused = office.postgres.refused(statement, user=role)
            assert "permission denied" in refused, (role, statement, refused)
    office.postgres.psql(
        "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'cancel', 'me')", user="operator"
    )
    assert office.postgres.psql("SELECT role, host(client) FROM fleet.act").strip() == "operator|127.0.0.1"
