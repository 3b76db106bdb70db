"""A PC whose journal is cut in the middle of an order: its own proof and the rollout's report name it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.reports.document import ReportForm
from sicktui.fleet.course import Course
from sicktui.fleet.database import Rollout
from sicktui.fleet.records import Item, OrderResult
from sicktui.fleet.report.facts import rollout_facts
from sicktui.fleet.report.forms import render
from sicktui.model.enums import Verdict
from tests.fleet.report_sample import START, spec_of
from tests.fleet.site import PlantPc
from tests.fleet.test_fleet_orders import Hall
from tests.support.fleet_thread import LONG, FleetThread, sensor

pytestmark = pytest.mark.starts_afresh


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with FleetThread([sensor("a", flash_seconds=LONG)]) as plant:
        pc = PlantPc("hall-1", tmp_path / "hall-1", None)
        pc.equip(plant, pc.program.package())
        yield Hall(pc, plant)


def test_a_journal_that_is_cut_through_an_order_is_named_there_and_in_the_report(hall: Hall) -> None:
    [sensor_] = hall.plant.devices
    cut: list[int] = []

    def cut_once() -> bool:
        """Take an event out of the middle of the run, while the sensor flashes."""
        if sensor_.update_state == 1 and not cut:
            [journal] = hall.pc.program.home.rglob("journal.db")
            with closing(sqlite3.connect(journal, timeout=60)) as database, database:
                seqs = [seq for (seq,) in database.execute("SELECT seq FROM events WHERE link IS NOT NULL")]
                middle = sorted(seqs)[len(seqs) // 2]
                cut.append(database.execute("DELETE FROM events WHERE seq = ?", (middle,)).rowcount)
            hall.plant.end_flash()
        return False

    hall.database.cancelled = cut_once
    result = hall.keeper.carry_out(hall.order(devices=("a",)))
    assert cut == [1]
    assert [each.verdict for each in result.verdicts] == [Verdict.SUCCEEDED]
    assert sensor_.updater.flashes == 1
    assert result.run is not None
    assert result.head is None

    verified = hall.pc.program.here("runs", "verify", result.run, fast=False)
    assert verified.code != 0
    assert "was changed, or one before it was removed" in verified.out + verified.err

    course = Course(spec_of(Item(device="hall-1/a")))
    [order] = course.step(START)
    course.hear([_of(order.order, result)], START + 60)
    facts = rollout_facts(Rollout(spec=course.spec, progress=course.progress(START + 60)), [])
    for form in (ReportForm.HTML, ReportForm.MARKDOWN):
        assert f"not intact: 'sicktui runs verify {result.run}' on hall-1" in _plain(render(facts, form))


def _of(order: str, result: OrderResult) -> OrderResult:
    return structs.replace(result, order=order)


def _plain(page: bytes) -> str:
    return page.decode().replace("&#x27;", "'").replace("\\", "")
