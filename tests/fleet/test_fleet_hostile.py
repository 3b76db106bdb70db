"""What a login that may write to the database can show to people: text is data, and hides nothing else."""

import json
from typing import Final

import pytest
from msgspec import structs

from sicktui.fleet.course import Course
from sicktui.fleet.database import Database, DatabaseRefusal
from sicktui.fleet.records import Inventory, PcDevice, encoded
from sicktui.fleet.tables.decisions import Decisions
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.errors import SicktuiError
from tests.fleet.report_sample import START, spec_of
from tests.fleet.site import Site, as_login, wait_until
from tests.fleet.test_fleet_roles import ORDER, SPEC

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
        parameters = ("hall-2", EVIL[:100], '{"devices": [{"name": "x", "tags": 5}]}')
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
                "INSERT INTO fleet.act (rollout, act, given_by) VALUES (%s, 'run', %s)", (name, EVIL[:200])
            )
    course.hear([result for result, _ in operator.results(good.rollout)], START + 1)
    assert [held.result.verdict for held in course.held.values()] == ["unknown"]
    coordinator.report(course.progress(START + 1))

    with pc.connected() as c:
        for lines in ("5", '"text"', "[1, null, {}]", json.dumps([{"kind": "step", "device": EVIL[:9000]}])):
            c.exec_driver_sql(
                'INSERT INTO fleet.event (rollout, "order", first, lines) VALUES (%s, %s, 0, %s)',
                (good.rollout, order.order, lines),
            )

    for words in (
        ("status",),
        ("list",),
        ("attach", good.rollout, "-v"),
        ("status", good.rollout),
        ("report", good.rollout),
        ("list", "--json"),
    ):
        shown = office.pcs[0].fleet("auditor", *words)
        assert shown.code == (3 if words[0] == "attach" else 0), (words, shown.err[:500])
        assert len(shown.out) < 50_000, words
        assert not set("\x1b\x07\u202e") & set(shown.out + shown.err), words
        if words[0] != "status" or len(words) > 1:
            assert good.rollout in shown.out + shown.err


def test_the_database_takes_no_row_that_is_larger_than_any_that_a_program_writes(office: Site) -> None:
    pc = as_login(office.postgres, "hall-1", Deliveries)
    operator = as_login(office.postgres, "operator", Database)
    with pytest.raises(SicktuiError, match="cannot be published"):
        pc.publish("hall-1", Inventory(devices=(PcDevice(name="a" * 10_000),)))
    pc.publish("hall-1", Inventory())
    operator.add_rollout(SPEC, lambda *_: None)
    as_login(office.postgres, "coordinator", Decisions).give(ORDER)
    huge = json.dumps(["x" * 9_000_000])
    for login, statement, values in (
        (pc, "UPDATE fleet.pc SET inventory = %s", (huge,)),
        (pc, "UPDATE fleet.pc SET version = %s", (EVIL,)),
        (pc, _pc("hall-2" + EVIL[:20]), ()),
        (pc, _pc("HALL-1"), ()),
        (pc, _pc("hall-2/gate"), ()),
        (pc, "INSERT INTO fleet.result (\"order\", rollout, result) VALUES ('R-1-hall-1', 'R', %s)", (huge,)),
        (
            pc,
            "INSERT INTO fleet.event (\"order\", rollout, first, lines) VALUES ('R-1-hall-1', 'R', 0, %s)",
            (huge,),
        ),
        (operator, "INSERT INTO fleet.rollout (rollout, spec) VALUES (%s, '{}')", ("R" * 61,)),
        (operator, "INSERT INTO fleet.act (rollout, act, given_by) VALUES ('R', 'approve', %s)", (EVIL,)),
    ):
        with pytest.raises(DatabaseRefusal, match=r"bounds|pc_in_one_spelling"), login.connected() as c:
            c.exec_driver_sql(statement, values)


def _pc(name: str) -> str:
    inventory = '{"devices": []}'
    return (
        "INSERT INTO fleet.pc (name, protocol, version, inventory) "  # noqa: S608
        f"VALUES ('{name}', 'orders-1', '1', '{inventory}')"
    )


def test_a_rollout_that_cannot_be_carried_out_is_closed_and_not_done_in_part(office: Site) -> None:
    """It would never be over, and hold up every later setup without a word."""
    operator = as_login(office.postgres, "operator", Database)
    twice = spec_of("hall-1/a", "hall-1/b", "hall-1/a")
    with operator.connected() as c:
        for name, spec in (
            (twice.rollout, encoded(twice)),
            ("R-spelled", encoded(spec_of("hall-1/a", "HALL-1/b")) | {"rollout": "R-spelled"}),
            ("R-long", encoded(twice) | {"rollout": "R-long", "deadline": 1e300}),
        ):
            c.exec_driver_sql(
                "INSERT INTO fleet.rollout (rollout, spec) VALUES (%s, %s)", (name, json.dumps(spec))
            )
    with pytest.raises(SicktuiError, match="names a device twice"):
        as_login(office.postgres, "coordinator", Decisions).rollout(twice.rollout)
    office.start(office.pcs[0], "coordinator")
    for name in ("R-unknown", twice.rollout, "R-spelled", "R-long"):
        office.enqueue("rollout", "coordinator", name)
    closed = "SELECT count(*) FROM fleet.progress WHERE progress->>'message' LIKE 'It is refused: %'"
    wait_until(lambda: office.row(closed) == 3, "that they are closed")
    assert office.row("SELECT count(*) FROM fleet.given") == 0
    rerun = office.row("SELECT count(*) FROM fleet.progress WHERE progress->>'state' <> 'cancelled'")
    assert rerun == 0
    told = (office.pcs[0].program.folder / "coordinator.log").read_text()
    assert "R-unknown is refused: There is no rollout R-unknown" in told
    for reason in ("names a device twice, hall-1/a", "in two spellings", "deadline"):
        assert reason in told


def test_an_order_that_cannot_be_read_has_an_end_and_blocks_no_other(office: Site) -> None:
    """More of them than a worker takes at once; none is tried again for ever."""
    operator = as_login(office.postgres, "operator", Database)
    coordinator = as_login(office.postgres, "coordinator", Decisions)
    office.start(office.pcs[0], "worker")
    wait_until(lambda: office.row("SELECT count(*) FROM fleet.pc") == 1, "the worker")
    operator.add_rollout(SPEC, lambda *_: None)
    names = ['"a\\u0000b"', '{"order": 1}', "[1]", "null", "7", json.dumps("x" * 100_000)]
    for number, name in enumerate(names):
        office.enqueue("order", "pc:hall-1", f"odd-{number}", name)
    coordinator.give(structs.replace(ORDER, devices=tuple(f"s{n}" for n in range(1001))))
    office.enqueue("order", "pc:hall-1", ORDER.order, json.dumps(ORDER.order))
    wait_until(lambda: office.row("SELECT count(*) FROM fleet.result") == 1, "its result")
    [(found, _)] = operator.results("R")
    assert (found.pc, found.verdicts) == ("hall-1", ())
    told = (office.pcs[0].program.folder / "worker.log").read_text()
    assert f"{ORDER.order} is ignored: " in told
    assert "it has 1001 devices" in told
    busy = "SELECT count(*) FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
    wait_until(lambda: office.row(busy) == 0, "the end of the others")
