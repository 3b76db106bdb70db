"""Grouping by cause: what is a device's own does not make a cause of its own."""

from sicktui.engine.reports.causes import group_by_cause
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.run.event import VerdictReached

TS = "2026-11-21T09:54:27.123Z"


def verdict(
    device: str,
    message: str,
    code: Code | None = Code.UNREACHABLE,
    *,
    found: Verdict = Verdict.FAILED,
    advice: str = "",
) -> VerdictReached:
    return VerdictReached(
        ts=TS,
        device=device,
        operation=Operation.UPDATE,
        verdict=found,
        code=code,
        message=message,
        advice=advice,
        seconds=1.0,
    )


def test_what_is_a_devices_own_makes_no_cause() -> None:
    events = [
        verdict(
            f"gate-{n}",
            f"The sensor at 192.168.0.{n}:80 cannot be reached: connection refused.",
            advice=f"Check the cable of gate-{n}.",
        )
        for n in range(40)
    ]
    events += [
        verdict(f"dock-{n}", f"The sensor at 192.168.1.{n} cannot be reached: no route to host.")
        for n in range(5)
    ]
    causes = group_by_cause(events)
    assert [(len(cause.events), cause.message) for cause in causes] == [
        (40, "The sensor at … cannot be reached: connection refused."),
        (5, "The sensor at … cannot be reached: no route to host."),
    ]
    assert causes[0].advice == ("Check the cable of ….",)
    assert causes[1].advice == ()


def test_what_all_have_in_common_stays() -> None:
    texts = ("It runs 2.3.0.0R after 12.1 s (serial 25420067).", "It runs 2.3.0.0R after 7 s (serial 99).")
    [cause] = group_by_cause([verdict("a", texts[0]), verdict("b", texts[1])])
    assert cause.message == "It runs 2.3.0.0R after … s (serial …)."
    [alone] = group_by_cause([verdict("a", texts[0])])
    assert alone.message == texts[0]


def test_a_number_that_names_a_state_is_the_cause() -> None:
    events = [
        verdict("a", "It reports DeviceStatus 7 for 12 s.", Code.UNHEALTHY),
        verdict("b", "It reports DeviceStatus 8 for 12 s.", Code.UNHEALTHY),
        verdict("c", "It reports DeviceStatus 8 for 31 s.", Code.UNHEALTHY),
    ]
    assert [cause.devices for cause in group_by_cause(events)] == [["b", "c"], ["a"]]


def test_the_worst_comes_first_and_success_only_with_advice() -> None:
    events = [
        verdict("a", "Runs 2.", None, found=Verdict.SUCCEEDED),
        verdict("b", "Runs 2.", None, found=Verdict.SUCCEEDED, advice="Set its clock."),
        verdict("c", "It runs 2 already.", Code.ALREADY_CURRENT, found=Verdict.SKIPPED),
        verdict("d", "No answer.", Code.NO_RETURN, found=Verdict.UNKNOWN),
        verdict("e", "No answer.", Code.UNREACHABLE),
        verdict("f", "", Code.UNREACHABLE),
        verdict("", "odd … text (1", Code.UNREACHABLE),
    ]
    assert [(cause.verdict.value, cause.devices) for cause in group_by_cause(events)] == [
        ("failed", ["e"]),
        ("failed", ["f"]),
        ("failed", [""]),
        ("unknown", ["d"]),
        ("succeeded", ["b"]),
        ("skipped", ["c"]),
    ]


def test_a_name_inside_a_word_is_not_taken_out() -> None:
    [cause] = group_by_cause([verdict("a", "An a is not a word."), verdict("b", "An b is not b word.")])
    assert cause.message == "An … is not … word."
