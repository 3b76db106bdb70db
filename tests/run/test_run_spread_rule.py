"""The one rule of waves and budget: for any fleet, and whatever happens to it."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sicktui.model.enums import TROUBLE, Code, Operation, Verdict
from sicktui.model.settings import Limits
from sicktui.model.spread.pace import Member, Pace, pace_of, pace_words
from sicktui.model.spread.rule import Ended, Hold, SoFar, StartDecision, Wait, decide
from sicktui.model.spread.stages import stages_of
from sicktui.model.spread.window import Opening

SILENT = Ended(verdict=Verdict.UNKNOWN, code=Code.NO_RETURN, at=0.0)
FINE = Ended(verdict=Verdict.SUCCEEDED, code=None, at=0.0)
REJECTED = Ended(verdict=Verdict.FAILED, code=Code.UPDATE_ERROR, at=0.0)


def fleet(number: int, **more: Any) -> list[Member]:
    return [Member(device=f"s{index}", **more) for index in range(number)]


def after(pace: Pace, members: list[Member], **facts: Any) -> StartDecision:
    return decide(pace, members, SoFar(**{"now": 0.0, **facts}))


# -- one thing at a time -------------------------------------------------------------------------------


def test_as_many_as_there_are_places_start_in_the_order_of_the_plan() -> None:
    decision = after(Pace(jobs=2), fleet(4))
    assert decision.start == ("s0", "s1")
    assert [wait.hold for wait in decision.waits.values()] == [Hold.PLACE] * 2
    assert decision.pause is None


def test_a_sensor_that_does_not_come_back_keeps_its_place_but_never_the_last_one() -> None:
    pace = Pace(jobs=2, max_failures=9)
    assert after(pace, fleet(4), ended={"s0": SILENT}).start == ("s1",)
    assert after(pace, fleet(4), ended={"s0": SILENT, "s1": SILENT}).start == ("s2",)
    assert after(pace, fleet(4), ended={"s0": REJECTED}).start == ("s1", "s2"), "it answers"


@pytest.mark.parametrize(
    ("limit", "sensors", "budget"), [("10%", 80, 8), ("10%", 9, 1), ("50%", 5, 2), (3, 80, 3)]
)
def test_a_part_is_rounded_down_and_at_least_one(limit: Any, sensors: int, budget: int) -> None:
    assert Pace(max_failures=limit).budget(sensors) == budget


def test_a_spent_budget_starts_nothing_and_what_is_in_flight_goes_on() -> None:
    decision = after(Pace(max_failures=1), fleet(3), ended={"s0": REJECTED}, working=frozenset({"s1"}))
    assert decision.ends.keys() == {"s2"}
    assert (decision.ends["s2"].verdict, decision.ends["s2"].code) == (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED)
    assert "1 device failed or unknown" in decision.ends["s2"].message


def test_a_backup_knows_no_budget_and_no_waves() -> None:
    pace = pace_of(Limits(canary=1, wave=1, approve=True, max_failures=1), Operation.BACKUP)
    assert after(pace, fleet(3), ended={"s0": SILENT}).start == ("s1", "s2")


def test_canaries_first_and_a_failed_one_ends_the_rest() -> None:
    pace = Pace(canary=2, max_failures=9)
    assert after(pace, fleet(4)).start == ("s0", "s1")
    waits = after(pace, fleet(4), ended={"s0": FINE}, working=frozenset({"s1"})).waits
    assert {wait.hold for wait in waits.values()} == {Hold.WAVE}
    assert after(pace, fleet(4), ended={"s0": FINE, "s1": FINE}).start == ("s2", "s3")
    ends = after(pace, fleet(4), ended={"s0": FINE, "s1": REJECTED}).ends
    assert ends.keys() == {"s2", "s3"}
    assert "canary did not succeed" in ends["s2"].message


@pytest.mark.parametrize(
    ("code", "proves"),
    [
        (Code.ALREADY_CURRENT, True),
        (Code.PINNED, False),
        (Code.LINE_IN_USE, False),
        (Code.OUTSIDE_WINDOW, False),
        (Code.BUDGET_EXHAUSTED, False),
    ],
)
def test_a_canary_that_was_not_started_proves_nothing(code: Code, proves: bool) -> None:
    skipped = Ended(verdict=Verdict.SKIPPED, code=code, at=0.0)
    decision = after(Pace(canary=1), fleet(2), ended={"s0": skipped})
    assert (decision.start == ("s1",)) is proves
    assert (decision.ends.keys() == {"s1"}) is not proves


def test_canaries_are_sensors_that_will_likely_be_updated_where_there_are_any() -> None:
    members = [
        Member(device="a", kind="150", idle=True),
        Member(device="b", kind="120", idle=True),
        Member(device="c", kind="150"),
        Member(device="d", kind="150"),
    ]
    assert stages_of(Pace(canary=1), members)[0].devices == ("c",)
    assert stages_of(Pace(canary=3), members)[0].devices == ("a", "c", "d")
    assert stages_of(Pace(canary="models"), members)[0].devices == ("b", "c")
    assert stages_of(Pace(canary=1, wave=2), members)[1].devices == ("a", "b")


def test_one_canary_of_each_model_and_variant() -> None:
    kinds = ["picoScan 150", "picoScan 150", "picoScan 120", "multiScan", "picoScan 120"]
    members = [Member(device=f"s{n}", kind=kind) for n, kind in enumerate(kinds)]
    assert stages_of(Pace(canary="models"), members)[0].devices == ("s0", "s2", "s3")


def test_waves_by_size_by_tag_and_by_segment() -> None:
    members = [
        Member(device="a", tags=("north",), segment="line-2"),
        Member(device="b"),
        Member(device="c", tags=("south", "north"), segment="line-1"),
        Member(device="d", tags=("north",), segment="line-1"),
        Member(device="e"),
    ]

    def shown(pace: Pace) -> list[tuple[str, str]]:
        return [(stage.title, "".join(stage.devices)) for stage in stages_of(pace, members)]

    assert shown(Pace()) == [("all", "abcde")]
    assert shown(Pace(canary=1)) == [("the canaries", "a"), ("the others", "bcde")]
    assert shown(Pace(wave=2)) == [("wave 1", "ab"), ("wave 2", "cd"), ("wave 3", "e")]
    assert shown(Pace(wave="tag")) == [
        ("wave 1 (north)", "ad"),
        ("wave 2 (south)", "c"),
        ("wave 3 (without a tag)", "be"),
    ]
    assert shown(Pace(wave="segment", canary=1)) == [
        ("the canaries", "a"),
        ("wave 1 (line-1)", "cd"),
        ("wave 2 (without a segment)", "be"),
    ]


def test_sensors_of_one_segment_are_never_away_together() -> None:
    members = [*fleet(3, segment="line-1"), Member(device="other", segment="line-2")]
    decision = after(Pace(), members)
    assert decision.start == ("s0", "other")
    assert decision.waits["s1"].hold is Hold.SEGMENT
    assert "s0" in decision.waits["s1"].words
    assert after(Pace(), members, ended={"s0": FINE}).start == ("s1", "other")
    lost = after(Pace(max_failures=9), members, ended={"s0": SILENT})
    assert lost.start == ("other",)
    assert lost.ends.keys() == {"s1", "s2"}
    assert "s0 is not known to work" in lost.ends["s1"].message
    # A runner that took up a run: what it found begun is not away for ever.
    taken_up = after(Pace(), members, begun=frozenset({"s0"}), ended={"s0": FINE})
    assert taken_up.start == ("s1", "other")


def test_a_soak_lasts_from_the_last_verdict_of_a_wave() -> None:
    pace, members = Pace(wave=1, soak=60.0), fleet(2)
    ended = {"s0": structs.replace(FINE, at=100.0)}
    decision = after(pace, members, now=159.0, ended=ended)
    assert (decision.start, decision.until) == ((), 160.0)
    assert decision.pause is not None
    assert decision.pause.hold is Hold.SOAK
    assert after(pace, members, now=160.0, ended=ended).start == ("s1",)


def test_an_approval_is_waited_for_once_after_the_first_stage() -> None:
    pace, members = Pace(canary=1, wave=1, approve=True, soak=5.0), fleet(3)
    decision = after(pace, members, now=99.0, ended={"s0": FINE})
    assert decision.until is None
    assert decision.pause is not None
    assert decision.pause.hold is Hold.APPROVAL
    assert after(pace, members, now=1.0, ended={"s0": FINE}, approved=True).until == 5.0
    assert after(pace, members, now=99.0, ended={"s0": FINE}, approved=True).start == ("s1",)
    ended = {"s0": FINE, "s1": FINE}
    assert after(pace, members, now=99.0, ended=ended, approved=True).start == ("s2",)
    cancelled = after(pace, members, now=99.0, ended={"s0": FINE}, cancelled=True)
    assert {end.verdict for end in cancelled.ends.values()} == {Verdict.CANCELLED}


def test_what_a_sensor_has_begun_is_finished_whatever_the_run_allows() -> None:
    members = fleet(4, segment="line")
    decision = after(
        Pace(max_failures=1), members, begun=frozenset({"s2"}), ended={"s0": SILENT}, cancelled=True
    )
    assert decision.start == ("s2",)
    assert decision.ends.keys() == {"s1", "s3"}


OPENING = Opening(opens=100.0, closes=200.0, opens_at="22:00", closes_at="05:00")


def test_a_window_is_waited_for_and_ends_what_has_not_started() -> None:
    pace, members = Pace(jobs=1), fleet(3)
    decision = after(pace, members, now=50.0, opening=OPENING)
    assert (decision.start, decision.until) == ((), 100.0)
    assert decision.pause is not None
    assert (decision.pause.hold, decision.pause.words) == (
        Hold.OUTSIDE_WINDOW,
        "Waits for its window 22:00-05:00.",
    )
    decision = after(pace, members, now=100.0, opening=OPENING)
    assert (decision.start, decision.until) == (("s0",), 200.0)
    over = after(pace, members, now=200.0, opening=OPENING, ended={"s0": FINE}, begun=frozenset({"s1"}))
    assert over.start == ("s1",), "what a sensor has begun is finished"
    assert {(end.verdict, end.code) for end in over.ends.values()} == {(Verdict.SKIPPED, Code.OUTSIDE_WINDOW)}


def test_an_approval_that_does_not_come_ends_with_the_window() -> None:
    pace, members = Pace(canary=1, approve=True), fleet(2)
    waiting = after(pace, members, now=150.0, opening=OPENING, ended={"s0": FINE})
    assert waiting.pause is not None
    assert (waiting.pause.hold, waiting.until) == (Hold.APPROVAL, 200.0)
    assert after(pace, members, now=200.0, opening=OPENING, ended={"s0": FINE}).ends.keys() == {"s1"}


def test_a_line_in_use_holds_starts_and_nothing_else() -> None:
    held = Wait(hold=Hold.LINE_IN_USE, words="in use", until=15.0, end=60.0)
    decision = after(Pace(), fleet(3), closed=held, working=frozenset({"s0"}), begun=frozenset({"s1"}))
    assert decision.start == ("s1",)
    assert decision.waits == {"s2": held}
    assert held.shown_until == 60.0


def test_a_sensor_that_does_not_answer_holds_up_no_other_one_of_its_wave() -> None:
    later = {"s0": Wait(hold=Hold.OFFLINE, words="silent", until=30.0, end=600.0)}
    decision = after(Pace(jobs=1), fleet(2, segment="line"), later=later)
    assert decision.start == ("s1",), "it takes neither a place nor its segment"
    alone = after(Pace(jobs=1), fleet(2), later=later, ended={"s1": FINE})
    assert (alone.start, alone.until, alone.pause) == ((), 30.0, later["s0"])
    assert after(Pace(jobs=1), fleet(2), later=later, ended={"s1": FINE}, now=30.0).start == ("s0",)
    assert after(Pace(), fleet(1), later=later, cancelled=True).ends.keys() == {"s0"}


def test_how_a_run_spreads_in_words() -> None:
    assert pace_words(Limits()) == []
    assert pace_words(Limits(canary="models", wave="segment", soak=90.0, approve=True)) == [
        "one canary per model and variant",
        "waves by segment",
        "1 min 30 s between waves",
        "approval after the first",
    ]
    assert pace_words(Limits(window="22:00-05:00", wait_offline=3600.0)) == [
        "starts only 22:00-05:00",
        "waits 1 h 00 min for sensors that do not answer",
    ]
    assert pace_words(Limits(canary=2, wave=10)) == ["canary 2", "waves of 10"]


# -- any fleet -----------------------------------------------------------------------------------------

MEMBERS = st.lists(
    st.builds(
        Member,
        device=st.just(""),
        kind=st.sampled_from(["picoScan", "multiScan"]),
        tags=st.lists(st.sampled_from(["north", "south"]), max_size=2).map(tuple),
        segment=st.sampled_from([None, "line-1", "line-2"]),
    ),
    min_size=1,
    max_size=12,
).map(lambda found: [structs.replace(member, device=f"s{n}") for n, member in enumerate(found)])
PACES = st.builds(
    Pace,
    jobs=st.integers(1, 4),
    canary=st.sampled_from([0, 1, 2, "models"]),
    wave=st.sampled_from([0, 1, 3, "tag", "segment"]),
    soak=st.sampled_from([0.0, 10.0]),
    approve=st.booleans(),
    max_failures=st.sampled_from([None, 1, 2, "25%", "100%"]),
)


class Run:
    """One run of the rule in a random world; checks each answer."""

    def __init__(self, pace: Pace, members: list[Member], chance: random.Random) -> None:
        self.pace, self.members, self.chance = pace, members, chance
        self.now = 0.0
        self.working: set[str] = set()
        self.begun: set[str] = set()
        self.found: set[str] = set()
        """What the runner found begun when it took up the run; it keeps that."""
        self.ended: dict[str, Ended] = {}
        self.approved = self.cancelled = False
        opens = chance.choice([0.0, 20.0])
        closes = opens + chance.choice([5.0, 60.0])
        opening = Opening(opens=opens, closes=closes, opens_at="22:00", closes_at="05:00")
        self.opening = chance.choice([None, None, opening])
        self.line_until = chance.choice([0.0, 15.0])
        self.later: dict[str, Wait] = {}
        self.stage = {d: n for n, stage in enumerate(stages_of(pace, members)) for d in stage.devices}

    def facts(self, **other: Any) -> SoFar:
        own: dict[str, Any] = {
            "now": self.now,
            "working": frozenset(self.working),
            "begun": frozenset(self.found),
            "ended": dict(self.ended),
            "approved": self.approved,
            "cancelled": self.cancelled,
            "opening": self.opening,
            "closed": Wait(hold=Hold.LINE_IN_USE, words="in use", until=self.line_until)
            if self.now < self.line_until
            else None,
            "later": dict(self.later),
        }
        return SoFar(**(own | other))

    def step(self) -> None:
        decision = decide(self.pace, self.members, self.facts())
        self.check(decision)
        for device, end in decision.ends.items():
            self.ended[device] = Ended(verdict=end.verdict, code=end.code, at=self.now)
        self.working |= {*decision.start}
        self.begun -= {*decision.start}
        if decision.start or decision.ends:
            return
        if self.working and self.chance.random() < 0.8:
            self.finish(self.chance.choice(sorted(self.working)))
        elif decision.until is not None:
            self.now = decision.until
        elif not self.working:
            assert decision.pause is not None, "nothing happens, and nothing is waited for"
            assert decision.pause.hold is Hold.APPROVAL
            self.approved = True
        if self.chance.random() < 0.1:
            self.kill()
        if self.chance.random() < 0.03:
            self.cancelled = True

    def finish(self, device: str) -> None:
        self.now += self.chance.random()
        if device not in self.later and self.chance.random() < 0.2:
            self.later[device] = Wait(hold=Hold.OFFLINE, words="silent", until=self.now + 15.0)
            self.working.remove(device)
            self.found.discard(device)
            return
        end = self.chance.choice([FINE, FINE, FINE, REJECTED, SILENT])
        self.ended[device] = structs.replace(end, at=self.now)
        self.working.remove(device)

    def kill(self) -> None:
        """The runner is gone. Of its jobs, some had written to their sensors."""
        written = {device for device in sorted(self.working) if self.chance.random() < 0.7}
        self.begun |= written
        self.found = {*self.begun}
        self.working.clear()

    def check(self, decision: StartDecision) -> None:
        idle = {m.device for m in self.members} - self.working - self.ended.keys()
        answered = [*decision.start, *decision.waits, *decision.ends]
        assert sorted(answered) == sorted(idle), "each gets one answer"
        fresh = [device for device in decision.start if device not in self.begun]
        lost = [device for device, end in self.ended.items() if not end.is_ready]
        if decision.start:
            away = len(self.working) + len(decision.start)
            assert away + len(lost) <= self.pace.jobs or away == 1
        failures = sum(end.verdict in TROUBLE for end in self.ended.values())
        budget = self.pace.budget(len(self.members))
        assert not fresh or budget is None or failures < budget
        assert not (fresh and self.cancelled)
        assert not fresh or self.opening is None or self.opening.opens <= self.now < self.opening.closes
        assert not fresh or self.now >= self.line_until
        assert all(
            device not in self.later or self.now >= (self.later[device].until or 0) for device in fresh
        )
        self.check_segments(fresh, lost)
        for device in fresh:
            earlier = [d for d, stage in self.stage.items() if stage < self.stage[device]]
            assert self.ended.keys() >= {*earlier}, "a wave starts when the one before it is done"
            assert not earlier or self.approved or not self.pace.approve
            assert all(self.now >= self.ended[d].at + self.pace.soak for d in earlier)
        # A runner that takes over the run in this moment gives the same answers.
        takes_over = self.facts(working=frozenset(), begun=frozenset(self.working | self.begun))
        again = decide(self.pace, self.members, takes_over)
        assert {*again.start, *again.waits} >= self.working
        assert {*again.start} - self.working - self.begun == {*fresh}
        assert again.ends == decision.ends

    def check_segments(self, fresh: list[str], lost: list[str]) -> None:
        segment = {member.device: member.segment for member in self.members}
        for device in fresh:
            others = {*self.working, *self.begun, *fresh, *lost} - {device}
            assert segment[device] is None or segment[device] not in {segment[other] for other in others}


@given(PACES, MEMBERS, st.randoms(use_true_random=False))
def test_any_run_keeps_its_limits_and_gives_each_sensor_one_verdict(
    pace: Pace, members: list[Member], chance: random.Random
) -> None:
    run = Run(pace, members, chance)
    for _ in range(40 * len(members)):
        if len(run.ended) == len(members):
            break
        run.step()
    assert run.ended.keys() == {member.device for member in members}
    assert decide(pace, members, run.facts()) == StartDecision()
