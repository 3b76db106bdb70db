"""Exit codes and summaries, as the contract has them."""

import pytest
from msgspec import structs

from sicktui.engine.run.verdicts import exit_code, plan_exit_code, planned_verdict, summarise, verdict_event
from sicktui.model.device import Target
from sicktui.model.enums import Action, Code, Operation, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import Operator, PlanItem, RunSpec
from sicktui.model.settings import Settings, Timing

TS = "2026-11-21T09:54:27.123Z"


def item(name: str, action: Action = Action.UPDATE, reason: Code | None = None) -> PlanItem:
    target = Target(
        device=name, address="10.0.0.1", user="Service", auth="auto", scheme="http", timing=Timing()
    )
    return PlanItem(target=target, action=action, reason=reason, message="m", advice="a")


def spec(*items: PlanItem) -> RunSpec:
    return RunSpec(
        run="r1",
        operation=Operation.UPDATE,
        created=TS,
        settings=Settings(),
        operator=Operator(user="u", host="h"),
        items=items,
    )


def reached(name: str, verdict: Verdict, code: Code | None = None) -> VerdictReached:
    return verdict_event(spec(), item(name), verdict, ts=TS, code=code)


GO, SKIP = item("go"), item("skip", Action.SKIP, Code.ALREADY_CURRENT)
REFUSE = item("no", Action.REFUSE, Code.UNREACHABLE)


@pytest.mark.parametrize(
    ("items", "expected"),
    [([GO], 0), ([SKIP], 0), ([GO, REFUSE], 0), ([REFUSE], 4), ([REFUSE, SKIP], 4), ([], 0)],
)
def test_a_plan_is_refused_when_not_one_device_may_go(items: list[PlanItem], expected: int) -> None:
    assert plan_exit_code(items) == expected


@pytest.mark.parametrize(
    ("items", "verdicts", "expected"),
    [
        ([GO], [(Verdict.SUCCEEDED, None)], 0),
        ([SKIP], [(Verdict.SKIPPED, Code.ALREADY_CURRENT)], 0),
        ([GO, SKIP], [(Verdict.SUCCEEDED, None), (Verdict.SKIPPED, Code.ALREADY_CURRENT)], 0),
        ([GO], [(Verdict.FAILED, Code.UPDATE_ERROR)], 1),
        ([GO, GO], [(Verdict.UNKNOWN, Code.NO_RETURN), (Verdict.FAILED, Code.UPDATE_ERROR)], 1),
        ([GO, REFUSE], [(Verdict.SUCCEEDED, None), (Verdict.FAILED, Code.UNREACHABLE)], 1),
        ([GO], [(Verdict.UNKNOWN, Code.NO_RETURN)], 3),
        ([GO, GO], [(Verdict.UNKNOWN, Code.NO_RETURN), (Verdict.SUCCEEDED, None)], 3),
        ([REFUSE], [(Verdict.FAILED, Code.UNREACHABLE)], 4),
        ([GO], [(Verdict.CANCELLED, Code.CANCELLED)], 130),
        ([GO, GO], [(Verdict.CANCELLED, Code.CANCELLED), (Verdict.SUCCEEDED, None)], 1),
        ([GO, SKIP], [(Verdict.CANCELLED, Code.CANCELLED), (Verdict.SKIPPED, Code.ALREADY_CURRENT)], 130),
        ([GO], [(Verdict.SKIPPED, Code.LINE_IN_USE)], 4),
    ],
)
def test_exit_codes(
    items: list[PlanItem], verdicts: list[tuple[Verdict, Code | None]], expected: int
) -> None:
    events = [reached(str(number), *verdict) for number, verdict in enumerate(verdicts)]
    assert exit_code(items, events) == expected


def test_a_refused_device_is_failed_with_the_reasons_code() -> None:
    event = planned_verdict(spec(REFUSE), REFUSE, TS)
    assert event is not None
    assert (event.verdict, event.code, event.message) == (Verdict.FAILED, Code.UNREACHABLE, "m")
    assert planned_verdict(spec(GO), GO, TS) is None


def test_only_the_keys_of_the_operation_are_set() -> None:
    update = verdict_event(spec(), GO, Verdict.SUCCEEDED, ts=TS, backup="b1", bytes=7)
    assert update.backup == "b1"
    assert (
        update.bytes is verdict_event(spec(), GO, Verdict.FAILED, ts=TS).bytes
    )  # unset: not an update's key
    backup_spec = structs.replace(spec(), operation=Operation.BACKUP)
    stored = verdict_event(
        backup_spec, GO, Verdict.SUCCEEDED, ts=TS, sha256="00", bytes=7, downtime_seconds=1.0
    )
    assert (stored.sha256, stored.bytes) == ("00", 7)
    assert stored.downtime_seconds is update.bytes


def test_the_summary_counts_by_verdict_and_leaves_out_what_did_not_happen() -> None:
    events = [reached("a", Verdict.SUCCEEDED), reached("b", Verdict.SUCCEEDED), reached("c", Verdict.UNKNOWN)]
    summary = summarise(Operation.UPDATE, [GO], events, run="r1", ts=TS)
    assert summary.verdicts == {Verdict.SUCCEEDED: 2, Verdict.UNKNOWN: 1}
    assert summary.exit_code == 3


_KINDS = {
    "S": (Verdict.SUCCEEDED, None),
    "F": (Verdict.FAILED, Code.UPDATE_ERROR),
    "U": (Verdict.UNKNOWN, Code.NO_RETURN),
    "C": (Verdict.CANCELLED, Code.CANCELLED),
    "P": (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED),
}
_EVERY_MIX = {
    0: "S",
    1: "F SF FU SFU FC SFC FUC SFUC FP SFP FUP SFUP FCP SFCP FUCP SFUCP SC SCP",
    3: "U SU UC SUC UP SUP UCP SUCP",
    4: "P SP",
    130: "C CP",
}
"""Exit codes by the verdicts that a run has: succeeded, failed, unknown, cancelled, skipped by policy."""


@pytest.mark.parametrize(
    ("expected", "mix"), [(code, mix) for code, mixes in _EVERY_MIX.items() for mix in mixes.split()]
)
def test_every_mix_of_verdicts_has_its_exit_code(expected: int, mix: str) -> None:
    items = [item(letter) for letter in mix]
    events = [reached(letter, *_KINDS[letter]) for letter in mix]
    assert exit_code(items, events) == expected
    assert exit_code(items, list(reversed(events))) == expected
    current = reached("skip", Verdict.SKIPPED, Code.ALREADY_CURRENT)
    assert exit_code([*items, SKIP], [*events, current]) == expected


def test_no_mix_of_verdicts_is_left_out() -> None:
    mixes = [mix for mixes in _EVERY_MIX.values() for mix in mixes.split()]
    assert len({frozenset(mix) for mix in mixes}) == len(mixes) == 2 ** len(_KINDS) - 1
