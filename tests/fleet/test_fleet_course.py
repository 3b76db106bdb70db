"""What a rollout does next: the rule of every run, over many PCs."""

from collections.abc import Sequence

import pytest
from msgspec import structs

from sicktui.fleet.course import LONGEST_WAIT, Course, Progress, exit_code, with_late
from sicktui.fleet.records import (
    Ask,
    DeviceResult,
    Item,
    OrderResult,
    OrderSpec,
    RolloutSpec,
    decoded,
    encoded,
)
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.plan import Operator
from sicktui.model.spread.pace import Pace

START = 1_000_000.0
DEADLINE = 600.0


def items(*devices: str, segment: str | None = None) -> tuple[Item, ...]:
    return tuple(Item(device=device, model="picoScan150", segment=segment) for device in devices)


def rollout(*devices: str | Item, **pace: object) -> Course:
    spec = RolloutSpec(
        rollout="R1",
        created="2026-11-30T12:00:00.000Z",
        operator=Operator(user="anna", host="office"),
        ask=Ask(package="a" * 64),
        pace=Pace(**({"max_failures": 1} | pace)),  # type: ignore[arg-type]
        deadline=DEADLINE,
        items=tuple(each if isinstance(each, Item) else Item(device=each) for each in devices),
    )
    return Course(decoded(encoded(spec), RolloutSpec))


def result(order: OrderSpec, *verdicts: Verdict, code: Code | None = None) -> OrderResult:
    given = verdicts or (Verdict.SUCCEEDED,) * len(order.devices)
    return OrderResult(
        order=order.order,
        pc=order.pc,
        run="20261130-120000-aaaa",
        exit_code=0,
        verdicts=tuple(
            DeviceResult(device=device, verdict=verdict, code=code)
            for device, verdict in zip(order.devices, given, strict=True)
        ),
    )


def names(orders: Sequence[OrderSpec]) -> dict[str, tuple[str, ...]]:
    return {order.order: order.devices for order in orders}


def test_a_wave_is_one_order_for_each_pc() -> None:
    course = rollout("a/1", "a/2", "b/1", "b/2", "b/3", wave=3)
    first = course.step(START)
    assert names(first) == {"R1-1-a": ("1", "2"), "R1-1-b": ("1",)}
    course.hear([result(first[0])], START + 5)
    assert course.step(START + 5) == []
    assert course.progress(START + 5).state == "running"
    course.hear([result(first[1])], START + 6)
    second = course.step(START + 6)
    assert names(second) == {"R1-2-b": ("2", "3")}
    course.hear([result(second[0])], START + 9)
    assert course.step(START + 9) == []
    assert course.progress(START + 9).state == "finished"


def test_the_limit_of_sensors_at_once_is_one_of_each_pc() -> None:
    course = rollout(*(f"a/{n}" for n in range(30)), jobs=2)
    assert [len(order.devices) for order in course.step(START)] == [30]


def test_the_budget_counts_over_all_pcs() -> None:
    course = rollout("a/1", "b/1", "c/1", "c/2", wave=2, max_failures=2)
    first = course.step(START)
    assert {order.max_failures for order in first} == {2}
    course.hear([result(first[0], Verdict.FAILED), result(first[1], Verdict.UNKNOWN)], START + 5)
    assert course.step(START + 5) == []
    progress = course.progress(START + 5)
    assert [held.result.verdict for held in progress.verdicts] == ["failed", "unknown", "skipped", "skipped"]
    assert progress.verdicts[2].result.code is Code.BUDGET_EXHAUSTED
    assert progress.state == "finished"


def test_what_is_left_of_the_budget_goes_with_the_next_order() -> None:
    course = rollout("a/1", "a/2", "b/1", wave=2, max_failures=3)
    [first] = course.step(START)
    course.hear([result(first, Verdict.FAILED, Verdict.SUCCEEDED)], START + 5)
    [second] = course.step(START + 5)
    assert second.max_failures == 2


def test_an_order_past_its_deadline_is_unknown_and_counts_and_its_late_result_replaces_that() -> None:
    course = rollout("a/1", "b/1", "c/1", wave=2, max_failures=2)
    first = course.step(START)
    course.hear([result(first[0])], START + 5)
    course.expire(START + DEADLINE - 1)
    assert course.step(START + DEADLINE - 1) == []
    course.expire(START + DEADLINE)
    [second] = course.step(START + DEADLINE)
    assert second.pc == "c"
    assert second.max_failures == 1  # the unknown one counts
    overdue = course.progress(START + DEADLINE).verdicts[1]
    assert (overdue.result.verdict, overdue.overdue) == (Verdict.UNKNOWN, True)
    course.hear([result(first[1])], START + DEADLINE + 100)
    late = course.held["b/1"]
    assert (late.result.verdict, late.late, late.overdue) == (Verdict.SUCCEEDED, True, False)


def test_a_result_after_the_end_is_shown_as_late() -> None:
    course = rollout("a/1")
    [order] = course.step(START)
    course.expire(START + DEADLINE)
    course.step(START + DEADLINE)
    progress = decoded(encoded(course.progress(START + DEADLINE)), Progress)
    assert progress.over
    shown = with_late(course.spec, progress, [(result(order), START + DEADLINE + 9)])
    assert [(held.result.verdict, held.late) for held in shown.verdicts] == [(Verdict.SUCCEEDED, True)]
    assert shown.orders[0].run == "20261130-120000-aaaa"


def test_an_approval_counts_only_after_it_was_asked_for() -> None:
    course = rollout("a/1", "a/2", wave=1, approve=True)
    [first] = course.step(START, approvals=[START - 1])
    course.hear([result(first)], START + 5)
    assert course.step(START + 5, approvals=[START - 1]) == []
    assert course.progress(START + 5).waits_for == "approval"
    assert course.step(START + 6, approvals=[START - 1, START + 4]) == []
    assert [order.wave for order in course.step(START + 9, approvals=[START + 8])] == [2]


def test_a_soak_is_waited_for_by_the_clock_of_the_database() -> None:
    course = rollout("a/1", "b/1", wave=1, soak=30.0)
    [first] = course.step(START)
    course.hear([result(first)], START + 5)
    assert course.step(START + 5) == []
    progress = course.progress(START + 5)
    assert (progress.waits_for, progress.until) == ("soak", START + 35)
    assert course.patience(START + 5) == 30.0
    assert [order.pc for order in course.step(START + 35)] == ["b"]


def test_a_cancel_ends_what_was_not_ordered_and_waits_for_the_rest() -> None:
    course = rollout("a/1", "b/1", wave=1)
    [first] = course.step(START)
    assert course.step(START + 1, cancelled=True) == []
    assert course.held["b/1"].result.verdict is Verdict.CANCELLED
    assert not course.progress(START + 1).over
    course.hear([result(first)], START + 5)
    course.step(START + 5, cancelled=True)
    assert course.progress(START + 5).state == "cancelled"


def test_sensors_of_a_segment_go_in_one_order_whose_run_lets_them_be_away_one_by_one() -> None:
    course = rollout(*items("a/1", "a/2", segment="line"), *items("b/1", segment="line"))
    assert names(course.step(START)) == {"R1-1-a": ("1", "2"), "R1-1-b": ("1",)}


def test_a_sensor_that_is_not_known_to_work_ends_the_rest_of_its_segment_in_the_next_wave() -> None:
    course = rollout(*items("a/1", "a/2", segment="line"), wave=1, max_failures=5)
    [first] = course.step(START)
    course.hear([result(first, Verdict.UNKNOWN)], START + 5)
    assert course.step(START + 5) == []
    assert course.held["a/2"].result.verdict is Verdict.SKIPPED


def test_what_is_refused_counts_as_failed_without_an_order_and_spends_nothing() -> None:
    refused = Item(device="old/1", refused="old has another protocol.", code=Code.NOT_SUPPORTED)
    course = rollout(refused, "a/1")
    [order] = course.step(START)
    assert (order.pc, order.max_failures) == ("a", 1)
    course.hear([result(order)], START + 1)
    course.step(START + 1)
    progress = course.progress(START + 1)
    assert [held.result.verdict for held in progress.verdicts] == [Verdict.FAILED, Verdict.SUCCEEDED]
    assert progress.over


def refused(order: OrderSpec, *devices: str, code: Code = Code.NOT_APPROVED) -> OrderResult:
    """The result of an order of which the plan of its PC refused these devices."""
    given = result(order)
    return structs.replace(
        given,
        verdicts=tuple(
            structs.replace(each, verdict=Verdict.FAILED, code=code, refused=True)
            if each.device in devices
            else each
            for each in given.verdicts
        ),
    )


def test_what_the_plan_of_a_pc_refuses_spends_nothing_as_in_a_run_on_that_pc() -> None:
    course = rollout("a/1", "a/2", "a/3", "b/1", "b/2", wave=3, max_failures=2)
    [first] = course.step(START)
    course.hear([refused(first, "1", "2", "3")], START + 1)
    [second] = course.step(START + 1)
    assert (second.devices, second.max_failures) == (("1", "2"), 2)
    course.hear([result(second, Verdict.FAILED, Verdict.SUCCEEDED)], START + 2)
    course.step(START + 2)
    progress = course.progress(START + 2)
    assert [held.result.verdict for held in progress.verdicts] == [Verdict.FAILED] * 4 + [Verdict.SUCCEEDED]
    assert exit_code(course.spec, progress) == 1


def test_a_part_of_the_sensors_is_one_of_those_that_no_plan_refused() -> None:
    course = rollout(*(f"a/{n}" for n in range(10)), wave=5, max_failures="40%")
    [first] = course.step(START)
    assert first.max_failures == 4
    course.hear([refused(first, "0", "1", "2", "3", "4")], START + 1)
    [second] = course.step(START + 1)
    assert second.max_failures == 2


def test_a_sensor_that_a_plan_refused_holds_up_no_other_of_its_segment() -> None:
    """It was not begun, so it is not away; a run on that PC goes on, too."""
    course = rollout(*items("a/1", "a/2", segment="line"), wave=1)
    [first] = course.step(START)
    course.hear([refused(first, "1", code=Code.UNREACHABLE)], START + 1)
    assert [order.devices for order in course.step(START + 1)] == [("2",)]


def test_a_canary_that_a_plan_refused_proves_nothing() -> None:
    course = rollout("a/1", "a/2", canary=1, max_failures=9)
    [first] = course.step(START)
    course.hear([refused(first, "1")], START + 1)
    assert course.step(START + 1) == []
    assert course.held["a/2"].result.verdict is Verdict.SKIPPED


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.SUCCEEDED])
def test_only_what_failed_can_have_been_refused(verdict: Verdict) -> None:
    course = rollout("a/1", "a/2", "b/1", wave=2, max_failures="50%")
    [first] = course.step(START)
    given = result(first, verdict, Verdict.SUCCEEDED)
    claimed = tuple(structs.replace(each, refused=True) for each in given.verdicts)
    course.hear([structs.replace(given, verdicts=claimed)], START + 1)
    assert len(course.step(START + 1)) == (verdict is Verdict.SUCCEEDED)


def test_a_result_that_is_heard_again_or_of_nobody_changes_nothing() -> None:
    course = rollout("a/1")
    [order] = course.step(START)
    course.hear([structs.replace(result(order), order="R1-9-z")], START + 1)
    course.hear([result(order)], START + 2)
    before = course.progress(START + 2)
    course.hear([result(order, Verdict.FAILED)], START + 3)
    assert structs.replace(course.progress(START + 3), at=before.at) == before


def test_a_device_without_a_verdict_in_the_result_is_unknown() -> None:
    course = rollout("a/1")
    [order] = course.step(START)
    course.hear([OrderResult(order=order.order, pc="", verdicts=())], START + 1)
    assert course.held["a/1"].result.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_a_coordinator_that_begins_anew_comes_to_the_same_orders(pieces: int) -> None:
    devices = [f"{pc}/{n}" for pc in "abc" for n in range(4)]
    given: list[list[dict[str, tuple[str, ...]]]] = []
    for _ in range(2):
        course, now, rounds = rollout(*devices, wave=5, soak=1.0), START, []
        for _ in range(12):
            orders = course.step(now)
            rounds.append(names(orders))
            now += pieces
            course.hear([result(order) for order in orders], now)
        given.append(rounds)
    assert given[0] == given[1]
    ordered = [
        f"{key.rpartition('-')[2]}/{name}" for each in given[0] for key, v in each.items() for name in v
    ]
    assert sorted(ordered) == sorted(devices)


def test_a_rollout_looks_again_after_a_while_whatever_it_waits_for() -> None:
    course = rollout("a/1", wave=1)
    course.step(START)
    assert course.patience(START) == LONGEST_WAIT
    assert course.patience(START + DEADLINE - 2) == 2.0


def test_an_order_that_its_pc_does_not_take_is_named() -> None:
    course = rollout("a/1", "b/1")
    first = course.step(START)
    course.absent = {"b": "is silent", "c": "is silent"}
    assert course.progress(START).message == "b is silent, its order waits"
    course.hear([result(order) for order in first], START + 1)
    assert course.progress(START + 1).message == ""


def test_a_device_that_its_pc_will_skip_is_no_canary() -> None:
    """Else the canaries prove nothing: by what was published it runs the package already, or pins another."""

    def first(**changes: object) -> tuple[str, ...]:
        known = [Item(device="hall-1/a", version="2.4.0.0R"), Item(device="hall-1/b", pin="2.3.0.0R")]
        course = rollout(*known, Item(device="hall-1/c", version="2.3.0.0R"), canary=1)
        ask = structs.replace(course.spec.ask, **{"expect_version": "2.4.0", **changes})
        return Course(structs.replace(course.spec, ask=ask)).stages[0].devices

    assert first() == ("hall-1/c",)
    assert first(force=True) == ("hall-1/a",)
    assert first(expect_version=None) == ("hall-1/a",)


def test_a_rollout_that_every_pc_refused_ends_like_the_order_on_one() -> None:
    """4: nothing was written. A failure among the refusals, or a refusal among others, is a failure."""

    def code(*codes: int, verdict: Verdict = Verdict.FAILED) -> int:
        course = rollout("hall-1/a", "hall-2/b", max_failures=9)
        orders = course.step(START)
        results = [result(order, verdict, code=Code.NOT_APPROVED) for order in orders]
        course.hear(
            [structs.replace(each, exit_code=n) for each, n in zip(results, codes, strict=True)], START + 1
        )
        course.step(START + 1)
        return exit_code(course.spec, decoded(encoded(course.progress(START + 1)), Progress))

    assert code(4, 4) == 4
    assert code(4, 1) == 1
    assert code(4, 4, verdict=Verdict.UNKNOWN) == 3
