"""What the dashboard reads of a real database, and does there, with the roles that people have."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from msgspec import structs

from sicktui.fleet.course import Course
from sicktui.fleet.database import Database, DatabaseError
from sicktui.fleet.desk import Desk
from sicktui.fleet.drafts import Wish
from sicktui.fleet.machinery import Client
from sicktui.fleet.records import Ask, Inventory, PcDevice
from sicktui.fleet.report.facts import rollout_facts
from sicktui.fleet.tables.decisions import Decisions
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.errors import UsageError
from sicktui.model.settings import FleetSettings, Limits
from tests.fleet.report_sample import START, result, spec_of, updated
from tests.fleet.site import Site, as_login
from tests.support.dashboard import DashboardHarness, notes_of, text_of, until

pytestmark = pytest.mark.starts_afresh


@pytest.fixture
def rollout(office: Site) -> Iterator[str]:
    """A rollout that waits for approval, and a PC that has reported."""

    worker = as_login(office.postgres, "hall-2", Deliveries)
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    operator = as_login(office.postgres, "operator", Database)
    worker.publish("hall-2", Inventory(devices=(PcDevice(name="belt", model="picoScan150"),)))
    spec = spec_of("hall-1/own", "hall-2/belt", wave=1)
    with closing(Client(operator.engine)) as client:
        operator.add_rollout(spec, client.begin)
    course = Course(spec)
    [first] = course.step(START)
    course.hear([result(first, updated("own"))], START + 60)
    course.step(START + 60)
    coordinator.report(course.progress(START + 60))
    yield spec.rollout
    for database in (worker, coordinator, operator):
        database.engine.dispose()


def test_an_operator_sees_and_approves_what_an_auditor_may_only_see(office: Site, rollout: str) -> None:
    with (
        closing(Desk(FleetSettings(pc="hall-1", url=office.postgres.url("operator")), None)) as desk,
        closing(Desk(FleetSettings(url=office.postgres.url("auditor")), None)) as auditor,
    ):
        for each in (desk, auditor):
            seen = each.overview()
            assert [(pc.name, pc.state) for pc in seen.pcs] == [("hall-2", "ready")]
            assert seen.unapproved == (rollout,)
        with pytest.raises(DatabaseError, match="permission denied"):
            auditor.approve(rollout)
        desk.approve(rollout)
        desk.cancel(rollout)
        record = auditor.record(rollout)
        assert [(act.act, act.role) for act in record.acts] == [
            ("run", "operator"),
            ("approve", "operator"),
            ("cancel", "operator"),
        ]
        assert record.waves.keys() == {"hall-1/own", "hall-2/belt"}
        facts = rollout_facts(record.rollout, record.acts)
        assert [device.verdict for device in facts.devices] == ["succeeded", None]
        with pytest.raises(UsageError):
            desk.record("R0")


def test_an_operator_orders_a_rollout_once_however_often_the_answer_is_lost(
    office: Site, rollout: str
) -> None:
    wish = Wish(devices=("hall-2/belt",), ask=Ask(package="ab" * 32), limits=Limits())
    with (
        closing(Desk(FleetSettings(pc="hall-1", url=office.postgres.url("operator")), None)) as desk,
        closing(Desk(FleetSettings(url=office.postgres.url("auditor")), None)) as auditor,
    ):
        draft = auditor.draft(wish, datetime.now(UTC))
        assert draft.words("hall-2/belt") == "its shelf does not have the package"
        with pytest.raises(DatabaseError, match="permission denied"):
            auditor.order(draft)
        assert office.row("SELECT count(*) FROM fleet.rollout") == 1
        for _ in range(2):
            desk.order(draft)
        record = desk.record(draft.spec.rollout)
        assert record.rollout.spec == draft.spec
        assert [(act.act, act.role) for act in record.acts] == [("run", "operator")]
    begun = "SELECT count(*) FROM dbos.workflow_status WHERE name = 'rollout' AND workflow_uuid = "
    assert office.row(f"{begun}'{draft.spec.rollout}'") == 1


def test_only_a_rollout_that_was_reported_anew_is_read_again(office: Site, rollout: str) -> None:
    with closing(Desk(FleetSettings(url=office.postgres.url("auditor")), None)) as desk:
        [first] = desk.overview().rollouts
        [same] = desk.overview().rollouts
        assert same is first
        office.postgres.psql(
            "UPDATE fleet.progress SET at = clock_timestamp(), progress = jsonb_set(progress, '{state}', "
            "'\"running\"')"
        )
        [changed] = desk.overview().rollouts
        assert changed.state == "running"
        office.postgres.psql("DELETE FROM fleet.act; DELETE FROM fleet.progress; DELETE FROM fleet.rollout")
        assert desk.overview().rollouts == ()


async def test_the_dashboard_shows_and_approves_what_is_in_the_database(
    office: Site, rollout: str, harness: DashboardHarness
) -> None:
    fleet = FleetSettings(pc="hall-1", url=office.postgres.url("operator"))
    harness.context.settings = structs.replace(harness.context.settings, fleet=fleet)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "hall-2/belt" in text_of(pilot))
        await pilot.press("ampersand")
        await until(pilot, lambda: rollout in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "wave 1 of 2" in text_of(pilot))
        await pilot.press("semicolon")
        await until(pilot, lambda: "Approve the rollout?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "goes on" in notes_of(pilot))
    acts = office.postgres.psql("SELECT act, role FROM fleet.act ORDER BY id").split()
    assert acts == ["run|operator", "approve|operator"]
