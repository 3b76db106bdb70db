"""What a login that may write to the database can show to people: text is data, and hides nothing else."""

import json
from typing import Final

import pytest

from sicktui.fleet.course import Course
from sicktui.fleet.database import Database
from sicktui.fleet.records import Inventory, encoded
from sicktui.fleet.tables.decisions import Decisions
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.errors import SicktuiError
from tests.fleet.report_sample import START, spec_of
from tests.fleet.site import Site, as_login

pytestmark = pytest.mark.starts_afresh
EVIL: Final = "\x1b]0;owned\x07\x1b[2J\u202e[red]" + "A" * 300_000


def test_hostile_rows_are_shown_as_data_and_hide_no_other(office: Site) -> None:
    pc = as_login(office.postgres, "hall-1", Deliveries)
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    operator = as_login(office.postgres, "operator", Database)
    pc.publish("hall-1", Inventory())
    good = spec_of("hall-1/a")
    operator.add_rollout(good, lambda *_: None)
    course = Course(good)
    [order] = course.step(START)
    coordinator.give(order)
    coordinator.report(course.progress(START))
    with pc.connected() as c:
        parameters = (f"hall-2{EVIL[:200]}", EVIL, '{"devices": [{"name": "x", "tags": 5}]}')
        c.exec_driver_sql(
            "INSERT INTO fleet.pc (name, protocol, version, inventory) VALUES (%s, 'orders-1', %s, %s)",
            parameters,
        )
        parameters = (order.order, good.rollout, '{"order": 7, "verdicts": "no"}')
        c.exec_driver_sql(
            'INSERT INTO fleet.result ("order", rollout, result) VALUES (%s, %s, %s)', parameters
        )
    shadow = json.dumps(encoded(good))
    with operator.connected() as c:
        for name, spec in (("R0-bad", '{"rollout": 1}'), ("R0-" + EVIL[:50], "[]"), ("R0-shadow", shadow)):
            c.exec_driver_sql("INSERT INTO fleet.rollout (rollout, spec) VALUES (%s, %s)", (name, spec))
            c.exec_driver_sql(
                "INSERT INTO fleet.act (rollout, act, given_by) VALUES (%s, 'run', %s)", (name, EVIL)
            )
    course.hear([result for result, _ in operator.results(good.rollout)], START + 1)
    assert [held.result.verdict for held in course.held.values()] == ["unknown"]
    coordinator.report(course.progress(START + 1))

    for words in (
        ("status",),
        ("list",),
        ("status", good.rollout),
        ("report", good.rollout),
        ("list", "--json"),
    ):
        shown = office.pcs[0].fleet("auditor", *words)
        assert shown.code == 0, (words, shown.err[:500])
        assert len(shown.out) < 50_000, words
        assert not set("\x1b\x07\u202e") & set(shown.out + shown.err), words
        if words[0] != "status" or len(words) > 1:
            assert good.rollout in shown.out


def test_a_rollout_that_names_a_device_twice_is_refused_since_it_would_never_be_over(office: Site) -> None:
    operator = as_login(office.postgres, "operator", Database)
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    twice = spec_of("hall-1/a", "hall-1/b", "hall-1/a")
    operator.add_rollout(twice, lambda *_: None)
    with pytest.raises(SicktuiError, match="names a device twice"):
        coordinator.rollout(twice.rollout)
