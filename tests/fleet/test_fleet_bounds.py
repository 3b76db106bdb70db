"""What the database asks beyond all bounds: refused as a whole, and never done in part or done twice."""

from typing import Any, Final

import pytest
from msgspec import convert, structs

from sicktui.fleet.bounds import order_problem, rollout_problem
from sicktui.fleet.records import (
    Ask,
    DeviceResult,
    Inventory,
    Item,
    OrderResult,
    OrderSpec,
    PcDevice,
    RolloutSpec,
    encoded,
    refusal_of,
)
from sicktui.fleet.selection import Pc, choose
from sicktui.model.enums import Operation
from sicktui.model.spread.pace import Pace
from tests.fleet.report_sample import spec_of

SPEC: Final = spec_of("hall-1/a", "hall-1/b", "hall-2/a")
ORDER: Final = OrderSpec(
    order="R1-1-hall-1",
    rollout="R1",
    pc="hall-1",
    wave=1,
    devices=("a", "b"),
    ask=Ask(package="a" * 64),
    max_failures=2,
    given=1.0,
    not_after=2.0,
)
RESULT: Final = OrderResult(order="R1-1-hall-1", pc="hall-1", verdicts=())


def problem(record: RolloutSpec | OrderSpec, path: str, value: object) -> str:
    """Why a record is refused once one of its values is another."""
    data: Any = encoded(record)
    *way, last = path.split(".")
    place = data
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    kind = type(record)
    if refused := refusal_of(data, kind):
        return refused
    found = convert(data, kind)
    return rollout_problem(found) if isinstance(found, RolloutSpec) else order_problem(found)


def test_a_plain_rollout_and_its_order_are_within_the_bounds() -> None:
    assert refusal_of(encoded(SPEC), RolloutSpec) == rollout_problem(SPEC) == ""
    assert refusal_of(encoded(ORDER), OrderSpec) == order_problem(ORDER) == ""
    backup = Ask(operation=Operation.BACKUP)
    assert order_problem(structs.replace(ORDER, ask=backup)) == ""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rollout", "R" * 61),
        ("rollout", "-R"),
        ("rollout", "R/1"),
        ("created", "x" * 10_000),
        ("deadline", 0),
        ("deadline", -1),
        ("deadline", 1e300),
        ("deadline", 10**400),
        ("deadline", None),
        ("ask.jobs", 0),
        ("ask.jobs", 10**9),
        ("ask.jobs", -1),
        ("ask.jobs", 1.5),
        ("ask.package", None),
        ("ask.package", "A" * 64),
        ("ask.package", "../../etc/passwd"),
        ("ask.operation", "restore"),
        ("ask.operation", "passwd"),
        ("ask.expect_version", "--force"),
        ("ask.expect_version", "2" * 10_000),
        ("pace.wave", 10**30),
        ("pace.wave", -1),
        ("pace.wave", "model"),
        ("pace.canary", 10**4000),
        ("pace.soak", 1e300),
        ("pace.soak", -5),
        ("pace.wait_offline", 1e300),
        ("pace.jobs", 0),
        ("pace.max_failures", 0),
        ("pace.max_failures", 10**30),
        ("pace.max_failures", "1000%"),
        ("pace.window", "tonight"),
        ("items.0.device", "gate"),
        ("items.0.device", "hall-1/"),
        ("items.0.device", "/gate"),
        ("items.0.device", "hall-1/all"),
        ("items.0.device", "hall-1/@halls"),
        ("items.0.device", "hall-1/10.0.0.7"),
        ("items.0.device", "hall-1/10.0.0.7:80"),
        ("items.0.device", "hall-1/a/b"),
        ("items.0.device", "hall-1/a\n"),
        ("items.0.device", "hall-1/" + "a" * 65),
        ("items.0.device", "h" * 41 + "/a"),
        ("items.0.device", "hall-1/b"),
        ("items.0.device", "HALL-1/a"),
        ("items.0.device", "HALL-1/b"),
        ("items.0.model", "x" * 10_000),
        ("items.0.tags", ["x"] * 101),
        ("items.0.segment", "x" * 10_000),
    ],
)
def test_a_rollout_beyond_the_bounds_is_refused(path: str, value: object) -> None:
    assert problem(SPEC, path, value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order", "--yes"),
        ("order", "R" * 129),
        ("order", "R 1"),
        ("pc", "hall 1"),
        ("wave", -1),
        ("devices", []),
        ("devices", ["a", "a"]),
        ("devices", [f"a{n}" for n in range(1001)]),
        ("devices", ["a" * 10_000]),
        ("devices", "ab"),
        ("max_failures", 0),
        ("max_failures", -1),
        ("not_after", 1e300),
        ("not_after", 86_400 * 32),
        ("given", -1),
        ("ask.jobs", 0),
        ("ask.operation", "restore"),
        ("ask.package", None),
    ],
)
def test_an_order_beyond_the_bounds_is_refused(path: str, value: object) -> None:
    assert problem(ORDER, path, value)


def test_a_rollout_has_no_more_devices_than_an_order_and_a_database_carry() -> None:
    crowded = [Item(device=f"hall-1/s{n}") for n in range(1001)]
    assert "1001 devices of hall-1" in rollout_problem(spec_of(*crowded))
    assert rollout_problem(spec_of(*crowded[:1000])) == ""
    many = [Item(device=f"hall-{n % 100}/s{n}") for n in range(20_001)]
    assert "length" in refusal_of(encoded(spec_of(*many)), RolloutSpec)
    assert refusal_of(encoded(spec_of(*many[:20_000])), RolloutSpec) == ""


@pytest.mark.parametrize(
    "verdict",
    [
        {"device": "a", "verdict": "succeeded", "message": "x" * 100_000},
        {"device": "a", "verdict": "succeeded", "seconds": 1e300},
        {"device": "a", "verdict": "succeeded", "bytes": -1},
        {"device": "a" * 100, "verdict": "succeeded"},
        {"device": "a", "verdict": "splendid"},
    ],
)
def test_a_result_beyond_the_bounds_is_refused(verdict: dict[str, Any]) -> None:
    data: dict[str, Any] = encoded(RESULT)
    assert refusal_of(data, OrderResult) == ""
    assert refusal_of(data | {"verdicts": [verdict]}, OrderResult)
    fine = encoded(DeviceResult(device="a", verdict="succeeded"))  # type: ignore[arg-type]
    assert refusal_of(data | {"verdicts": [fine] * 1001}, OrderResult)


def test_a_device_is_chosen_once_however_it_is_spelled() -> None:
    devices = (PcDevice(name="a", tags=("gate",)), PcDevice(name="b"), PcDevice(name="a"))
    known = {
        name: Pc(name=name, protocol="orders-1", version="1", silence=1, inventory=Inventory(devices=devices))
        for name in ("hall-1", "hall-2")
    }
    words = ("hall-1/a", "@gate", "hall-1/@gate", "hall-1/all", "hall-1/a", "all")
    chosen = [item.device for item in choose(words, known)]
    assert chosen == ["hall-1/a", "hall-2/a", "hall-1/b", "hall-2/b"]


def test_the_pace_of_every_run_is_one_of_a_rollout() -> None:
    for pace in (Pace(), Pace(canary="models", wave="segment", max_failures="100%", window="22:00-05:00")):
        assert rollout_problem(structs.replace(SPEC, pace=pace)) == ""
