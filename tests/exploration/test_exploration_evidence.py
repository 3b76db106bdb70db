"""What becomes of observations: who the sensor is, what a state means, what proves a reboot."""

from typing import Any

import pytest
from msgspec import structs

from sicktui.engine.job.past import JobHistory
from sicktui.engine.update.machine import Look, Put, Renew, Trigger, Wait, next_act
from sicktui.engine.update.resume import known_of, resumed_evidence
from sicktui.model.enums import Code, Verdict
from sicktui.model.settings import Timing
from sicktui.model.update.evidence import same_sensor, trouble_of
from sicktui.model.update.observations import ACT_WANTS, Began, Looked, Outcome, Renewed, Silent, Tick, Want
from sicktui.model.update.verdict_rule import judge
from tests.exploration.facts import NEW, History, evidence, look, put, reading, trigger

TIMING = Timing(reconnect_timeout=60)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ({}, {"serial": "2410001"}, True),
        ({}, {"serial": " 0002410001 "}, True),
        ({}, {"serial": "2410002"}, False),
        ({"serial": None}, {"serial": "2410001"}, True),
        ({}, {"serial": None}, True),
        ({}, {"serial": None, "mac": "00:06:77:00:00:02"}, False),
        ({}, {"serial": None, "mac": None}, None),
        ({}, {"serial": None, "mac": None, "name": "multiScan"}, False),
        ({"serial": None, "mac": None}, {}, True),
        ({"serial": None, "mac": None}, {"name": "multiScan"}, False),
    ],
)
def test_the_same_sensor(before: dict[str, Any], now: dict[str, Any], same: bool | None) -> None:
    assert same_sensor(reading(**before), reading(**now)) is same


def test_an_identity_that_is_missing_for_now_is_no_other_sensor() -> None:
    seen = evidence((1, put()), (2, look(serial=None, mac=None)))
    assert seen.stranger is None
    assert seen.blind_since == 2


def test_a_state_left_over_says_nothing_until_it_has_changed() -> None:
    before = reading(2)
    stale = evidence((1, put()), (2, look(2)), before=before)
    assert stale.rests
    assert not stale.begun
    fresh = evidence((1, put()), (2, look(0)), (3, look(2)), before=before)
    assert fresh.finished_at == 3


def test_a_state_left_over_is_doubted_after_a_silence() -> None:
    """A whole flash may have passed in it, and the reboot be yet to come."""
    history: History = [(1.0, put()), (31.0, trigger()), (40.0, Silent()), (50.0, look(2)), (105.0, look(2))]
    seen = evidence(*history, before=reading(2))
    assert not isinstance(next_act(seen, 105, TIMING), Trigger)


@pytest.mark.parametrize(
    ("now", "by"),
    [
        ({"power_on": 11}, Want.POWER_ON),
        ({"hours": 0.1}, Want.HOURS),
        ({"clock": 40.0}, Want.CLOCK),
        ({"checksum": "new"}, Want.CHECKSUM),
    ],
)
def test_what_proves_a_reboot(now: dict[str, Any], by: Want) -> None:
    before = reading(hours=50.0, clock=1.7e9, checksum="old")
    seen = evidence((1, put()), (5, Silent()), (9, look(0, NEW, **now)), before=before)
    assert seen.proof is not None
    assert seen.proof.by is by


def test_checksums_alone_prove_nothing_without_a_silence() -> None:
    seen = evidence((1, put()), (9, look(2, NEW, checksum="new")), before=reading(checksum="old"))
    assert seen.proof is None


def test_a_silence_before_the_flash_proves_no_checksums() -> None:
    """They, and the version, are named at Finished; the reboot is yet to come."""
    history: History = [(1.0, put()), (5.0, Silent()), (9.0, look(0)), (31.0, trigger()), (40.0, look(1))]
    early = look(2, NEW, checksum="new")
    seen = evidence(*history, (50.0, early), (99.0, early), before=reading(checksum="old"))
    judgement = judge(seen, 99, TIMING)
    assert judgement is None or judgement.verdict is not Verdict.SUCCEEDED


def test_a_boot_at_3_may_bring_another_stage() -> None:
    history: History = [(1.0, put()), (2.0, look(1)), (5.0, Silent()), (9.0, look(3, power_on=11))]
    seen = evidence(*history, (20.0, look(3, power_on=11)))
    assert judge(seen, 20, TIMING) is None


def test_a_resumed_trigger_is_not_repeated_where_nothing_counts_restarts() -> None:
    """It may have flashed and restarted meanwhile, and has no package any more."""
    before = reading(power_on=None)
    past = JobHistory(
        put="done", put_outcome=Outcome.TAKEN, trigger="done", trigger_outcome=Outcome.TAKEN, put_bytes=1000
    )
    seen = resumed_evidence(past, before, NEW, now=0.0).seen(look(power_on=None), 200.0)
    assert not isinstance(next_act(seen, 200, TIMING), Trigger | Put)


def test_a_resumed_package_counts_as_sent_whole() -> None:
    past = JobHistory(put="intended", put_outcome=Outcome.NO_TOKEN, put_bytes=400)
    seen = resumed_evidence(past, reading(), NEW, now=0.0).seen(look(), 5.0)
    assert not isinstance(next_act(seen, 5, TIMING), Put | Renew)


def test_a_silence_that_a_killed_process_saw_proves_a_reboot() -> None:
    seen = evidence((1, put()), (2, look(1, power_on=None)), (5, Silent()), before=reading(power_on=None))
    past = JobHistory(put="done", put_outcome=Outcome.TAKEN, started=True, known=known_of(seen))
    resumed = resumed_evidence(past, reading(power_on=None), NEW, now=0.0)
    assert resumed.seen(look(0, NEW, power_on=None), 9.0).proof is not None
    blind = resumed_evidence(structs.replace(past, known=None), reading(power_on=None), NEW, now=0.0)
    assert blind.seen(look(0, NEW, power_on=None), 9.0).proof is None


def test_a_version_that_a_killed_process_saw_change_without_a_silence_proves_nothing() -> None:
    before = reading(power_on=None)
    seen = evidence((1, put()), (2, look(2, NEW, power_on=None)), (5, Silent()), before=before)
    past = JobHistory(put="done", put_outcome=Outcome.TAKEN, finished=True, known=known_of(seen))
    resumed = resumed_evidence(past, before, NEW, now=0.0)
    assert resumed.seen(look(0, NEW, power_on=None), 9.0).proof is None


def test_a_proof_survives_a_kill() -> None:
    before = reading(power_on=None)
    seen = evidence((1, put()), (5, Silent()), (9, look(0, NEW, power_on=None)), before=before)
    past = JobHistory(put="done", put_outcome=Outcome.TAKEN, known=known_of(seen))
    resumed = resumed_evidence(past, before, NEW, now=0.0)
    assert resumed.proof is not None
    assert trouble_of(resumed.seen(look(0, NEW, power_on=None), 9.0)) == ""


def test_a_restart_before_the_upload_proves_nothing_of_the_update() -> None:
    seen = evidence((1, Silent()), (5, look(0, power_on=11)), (6, put()), (9, look(0, power_on=11)))
    assert seen.proof is None


def test_a_sensor_that_counts_and_did_not_has_not_rebooted() -> None:
    seen = evidence((1, put()), (5, Silent()), (9, look(0, NEW, power_on=10)), counts=True)
    assert seen.proof is None


def test_a_second_stage_is_no_success() -> None:
    history: History = [
        (1.0, put()),
        (5.0, Silent()),
        (9.0, look(0, NEW, power_on=11)),
        (10.0, look(1, NEW, power_on=11)),
    ]
    assert trouble_of(evidence(*history)) == "a reboot is not proven"


def test_a_stage_that_begins_after_a_reboot_needs_one_of_its_own() -> None:
    """It reboots into its updater with the old version, then names the new one before the next reboot."""
    history: History = [
        (1.0, put()),
        (5.0, Silent()),
        (9.0, look(0, power_on=11)),
        (10.0, look(1, power_on=11)),
        (12.0, look(1, NEW, power_on=11)),
        (14.0, look(0, NEW, power_on=11)),
        (30.0, look(0, NEW, power_on=11)),
    ]
    seen = evidence(*history)
    assert seen.proof is None
    assert judge(seen, 30.0, TIMING) is None
    rebooted = evidence(*history, (35.0, Silent()), (40.0, look(0, NEW, power_on=12)))
    assert rebooted.proof is not None


def test_a_finished_after_the_reboot_awaits_another() -> None:
    history: History = [
        (1.0, put()),
        (5.0, Silent()),
        (9.0, look(0, NEW, power_on=11)),
        (10.0, look(2, NEW, power_on=11)),
    ]
    assert "yet to come" in trouble_of(evidence(*history))


def test_a_finished_that_outlives_the_reboot_is_none() -> None:
    history: History = [(1.0, put()), (3.0, look(2)), (5.0, Silent()), (9.0, look(2, NEW, power_on=11))]
    assert trouble_of(evidence(*history)) == ""


def test_a_finished_that_was_not_seen_before_the_reboot_is_watched_for_longer() -> None:
    """It may be that of a second stage, which reboots in its turn."""
    first: History = [(1.0, put()), (5.0, Silent()), (9.0, look(2, NEW, power_on=11))]
    seen: History = [(10.0, look(2, NEW, power_on=11)), (40.0, look(2, NEW, power_on=11))]
    assert judge(evidence(*first, *seen), 40, TIMING) is None
    late = evidence(*first, *seen, (80.0, look(2, NEW, power_on=11)))
    judgement = judge(late, 80, TIMING)
    assert judgement is not None
    assert judgement.verdict is Verdict.SUCCEEDED


# -- acts ---------------------------------------------------------------------------------------------


def test_every_act_is_preceded_by_a_look_at_who_it_is() -> None:
    assert next_act(evidence(), 0, TIMING) == Look(ACT_WANTS)
    assert isinstance(next_act(evidence((0, look())), 0, TIMING), Put)
    waited = evidence((0, put()), (40, look()), (41, Tick()))
    act = next_act(waited, 41, TIMING)
    assert isinstance(act, Look)
    assert isinstance(next_act(waited.seen(look(), 41), 41, TIMING), Trigger)


def test_a_verified_package_gets_its_time_before_a_second_trigger() -> None:
    """Answered with Ok, and 0 for 40 seconds: it verifies the package."""
    history: History = [(0.0, put()), (30.0, trigger())]
    for late, expected in ((34.0, Wait), (74.0, Wait), (121.0, Trigger)):
        assert isinstance(next_act(evidence(*history, (late, look())), late, TIMING), expected)


@pytest.mark.parametrize("outcome", [Outcome.NO_TOKEN, Outcome.OPEN])
def test_a_package_that_has_left_is_not_sent_again_while_it_may_start(outcome: Outcome) -> None:
    history: History = [(0.0, put(outcome)), (1.0, Renewed(ok=True))]
    assert not isinstance(next_act(evidence(*history, (5.0, look())), 5, TIMING), Put)
    assert isinstance(next_act(evidence(*history, (31.0, look())), 31, TIMING), Put)


def test_paths_that_are_not_there_are_tried_once_each() -> None:
    """Also where an earlier process has triggered already."""
    seen = evidence((0, put()), (30, trigger(Outcome.OPEN)))
    for _ in range(5):
        seen = seen.seen(look(), 200)
        act = next_act(seen, 200, TIMING)
        if not isinstance(act, Trigger):
            break
        ended = trigger(Outcome.ABSENT)
        seen = seen.seen(Began(act=ended.act), 200).seen(ended, 200)
    assert seen.sent.absent == 2


def test_a_version_that_is_cut_off_is_read_in_full() -> None:
    expected, cut = "2.10.0.0R", "2.10.0.0"
    history: History = [(1.0, put()), (5.0, Silent()), (9.0, look(0, cut, power_on=11)), (10.0, Tick())]
    act = next_act(evidence(*history, expected=expected), 10, TIMING)
    assert isinstance(act, Look)
    assert Want.FIRMWARE in act.wants
    whole = evidence(*history, (11.0, look(0, cut, power_on=11, firmware=expected)), expected=expected)
    assert trouble_of(whole) == ""


def test_a_trigger_that_the_journal_forbids_is_not_tried_for_ever() -> None:
    """A disk that is full after the upload made an update without an end."""
    barred = Renewed(ok=False, code="storage_error", why="The disk is full.")
    seen = evidence((1, put()), (100, look()), (101, barred), (102, look()))
    assert not isinstance(next_act(seen, 102, TIMING), Trigger)
    judgement = judge(evidence((1, put()), (101, barred), (200, look())), 200, TIMING)
    assert judgement is not None
    assert (judgement.verdict, judgement.code) == (Verdict.FAILED, Code.STORAGE_ERROR)


def test_settle_begins_with_a_look_right_after_the_one_that_proved_the_reboot() -> None:
    """What the latter read may be from before the reboot; a third of settle was lost by waiting then."""
    seen = evidence((1, put()), (5, Silent()), (9, look(0, NEW, power_on=11)))
    again = next_act(seen, 9, TIMING)
    assert isinstance(again, Look)
    assert Want.STATUS in again.wants
    after = seen.seen(structs.replace(look(0, NEW, power_on=11), wants=again.wants), 9.1)
    assert after.well_since == 9.1
    assert isinstance(next_act(after, 9.1, TIMING), Wait)


def test_a_counter_that_was_not_read_at_2_may_have_counted_an_earlier_boot() -> None:
    """It rebooted between two looks at 1, into another stage; that one's reboot is yet to come."""
    at_one = Looked(reading=reading(1, power_on=None), wants=frozenset())
    at_two = Looked(reading=reading(2, power_on=None), wants=frozenset())
    history: History = [(1.0, put()), (2.0, trigger()), (3.0, at_one), (9.0, at_two)]
    named = look(2, NEW, power_on=11)
    for late in (11.0, 20.0, 60.0):
        seen = evidence(*history, (10.0, named), (10.1, named), (late, named))
        assert judge(seen, late, TIMING) is None
    judgement = judge(evidence(*history, (10.0, named), (10.1, named), (80.0, named)), 80, TIMING)
    assert judgement is not None
    assert judgement.verdict is Verdict.SUCCEEDED


def test_a_counter_is_read_as_soon_as_2_is_seen() -> None:
    """What rises after it has counted the reboot that follows."""
    flashes = evidence((1, put()), (2, trigger()), (3, look(1)), (8, Tick()))
    act = next_act(flashes, 8, TIMING)
    assert isinstance(act, Look)
    assert Want.POWER_ON not in act.wants
    finished = flashes.seen(Looked(reading=reading(2), wants=act.wants | act.at_two), 9.0)
    for now, seen in ((12.0, Silent()), (40.0, look(2, NEW, power_on=11)), (41.0, look(2, NEW, power_on=11))):
        finished = finished.seen(seen, now)
    judgement = judge(finished.seen(look(2, NEW, power_on=11), 47.0), 47, TIMING)
    assert judgement is not None
    assert judgement.verdict is Verdict.SUCCEEDED


def test_a_silence_that_no_process_saw_end_proves_nothing_at_2() -> None:
    """It may have been a lost reply; the sensor names the new version at 2 and never reboots."""
    before = reading(power_on=None)
    seen = evidence((1, put()), (2, trigger()), (3, Silent()), before=before)
    past = JobHistory(
        put="done",
        put_outcome=Outcome.TAKEN,
        trigger="done",
        trigger_outcome=Outcome.TAKEN,
        known=known_of(seen),
    )
    resumed = resumed_evidence(past, before, NEW, now=0.0)
    assert resumed.seen(look(2, NEW, power_on=None), 9.0).proof is None
    assert resumed.seen(look(0, NEW, power_on=None), 9.0).proof is not None
    watched = resumed.seen(Silent(), 1.0).seen(look(2, NEW, power_on=None), 9.0)
    assert watched.proof is not None


@pytest.mark.parametrize(("counts", "late"), [(False, 100.0), (True, 45.0)])
def test_an_abort_is_no_failure_while_a_boot_that_nothing_counted_may_be_followed(
    counts: bool, late: float
) -> None:
    """It may have booted between two looks into the slot that it names late, and again, and begin anew."""
    history: History = [(1.0, put()), (2.0, trigger()), (3.0, look(1)), (9.0, look(2)), (10.0, look(0))]
    early = late - 10
    assert judge(evidence(*history, (early, look(0)), counts=counts), early, TIMING) is None
    judgement = judge(evidence(*history, (late, look(0)), counts=counts), late, TIMING)
    assert judgement is not None
    assert judgement.verdict is Verdict.FAILED


@pytest.mark.parametrize(("counts", "early", "late"), [(False, 70.0, 76.0), (True, 45.0, 46.0)])
def test_no_trigger_follows_a_silence_in_which_an_uncounted_boot_may_have_been(
    counts: bool, early: float, late: float
) -> None:
    """It started by itself, restarted with its old version, and a further stage is yet to begin."""
    history: History = [(0.0, put()), (5.0, look()), (10.0, Silent())]
    waits = evidence(*history, (45.0, look()), (early, look()), counts=counts)
    assert isinstance(next_act(waits, early, TIMING), Trigger) is counts
    seen = evidence(*history, (45.0, look()), (late, look()), counts=counts)
    assert isinstance(next_act(seen, late, TIMING), Trigger)


def test_a_package_is_not_sent_again_right_after_such_a_silence() -> None:
    history: History = [(0.0, put(Outcome.OPEN)), (1.0, Renewed(ok=True)), (5.0, Silent()), (45.0, look())]
    assert not isinstance(next_act(evidence(*history, (50.0, look())), 50, TIMING), Put)
    assert isinstance(next_act(evidence(*history, (76.0, look())), 76, TIMING), Put)


def test_a_reboot_that_nothing_counts_is_watched_for_as_many_boots_as_may_follow() -> None:
    """Each within settle of the one before, between two looks."""
    timing = Timing(reconnect_timeout=60, settle=20)
    before = reading(power_on=None)
    away: History = [(1.0, put()), (2.0, look(1, power_on=None)), (5.0, Silent())]
    back = [(float(now), look(0, NEW, power_on=None)) for now in range(9, 90, 5)]
    for late, ended in ((9 + 45, False), (9 + 65, True)):
        seen = evidence(*away, *(one for one in back if one[0] <= late), before=before)
        assert (judge(seen, late, timing) is not None) is ended
