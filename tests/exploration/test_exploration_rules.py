"""Each row of the rule, by a short hand-made history."""

from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec import structs

from sicktui.engine.update.machine import Finish, Glimpse, Look, Wait, next_act
from sicktui.model.enums import Code, DeviceStatus, UpdateState, Verdict
from sicktui.model.settings import Timing
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import (
    Garbled,
    Glimpsed,
    Looked,
    Outcome,
    Renewed,
    Silent,
    Tick,
    Want,
)
from sicktui.model.update.sentences import Facts
from sicktui.model.update.verdict_rule import RULES, judge
from tests.exploration.explorer import resumed
from tests.exploration.facts import EVERYTHING, NEW, OLD, OTHER, evidence, look, put, reading, trigger
from tests.exploration.pages import rules_section
from tests.exploration.world import WORLDS

TIMING = Timing(reconnect_timeout=60)
LATE = 500.0


class Row(NamedTuple):
    when: str
    evidence: Evidence
    now: float
    verdict: Verdict
    code: Code | None


def rebooted(version: str, *after: tuple[float, object], **more: object) -> Evidence:
    """It was flashed and came back at 100."""
    first = ((1.0, put()), (2.0, trigger()), (3.0, look(1)), (50.0, Silent()))
    return evidence(*first, (100.0, look(0, version, power_on=11, **more)), *after)  # type: ignore[arg-type]


STRANGER = look(serial="999")
FAILED, UNKNOWN = Verdict.FAILED, Verdict.UNKNOWN
BLIND = (1.0, Silent(why="No answer."))

ROWS = (
    Row("nothing was sent; another sensor", evidence((1, STRANGER)), 1, FAILED, Code.OTHER_DEVICE),
    Row("nothing was sent; UpdateState", evidence((1, look(1))), 1, FAILED, Code.BUSY),
    Row("nothing was sent; the version", evidence((1, look(0, OTHER))), 1, FAILED, Code.BUSY),
    Row(
        "nothing was sent; the version",
        evidence((1, look(0, NEW))),
        1,
        Verdict.SKIPPED,
        Code.ALREADY_CURRENT,
    ),
    Row("nothing was sent; 3 looks", evidence(BLIND, BLIND, BLIND), 1, FAILED, Code.UNREACHABLE),
    Row(
        "not one byte",
        evidence((1, put(Outcome.REFUSED, 0, "access_denied")), (2, look())),
        2,
        FAILED,
        Code.ACCESS_DENIED,
    ),
    Row(
        "after a proven reboot",
        rebooted(NEW, (101, look(0, NEW, power_on=11)), (106, look(0, NEW, power_on=11))),
        106,
        Verdict.SUCCEEDED,
        None,
    ),
    Row("another sensor answers", evidence((1, put()), (2, STRANGER)), 2, UNKNOWN, Code.OTHER_DEVICE),
    Row("silent for", evidence((1, put()), (2, Silent()), (70, Silent())), 70, UNKNOWN, Code.NO_RETURN),
    Row("silent for", evidence((1, put()), (2, Garbled()), (LATE, Garbled())), LATE, UNKNOWN, Code.UNHEALTHY),
    Row(
        "UpdateState is 1",
        evidence((1, put()), (2, look(1)), (LATE, look(1))),
        LATE,
        UNKNOWN,
        Code.FLASH_TIMEOUT,
    ),
    Row(
        "UpdateState is a new 3",
        evidence((1, put()), (2, look(1)), (3, look(3)), (60, look(3))),
        60,
        FAILED,
        Code.UPDATE_ERROR,
    ),
    Row(
        "rebooted, and no expected",
        structs.replace(rebooted(NEW, (200, look(0, NEW, power_on=11))), expected=None),
        200,
        UNKNOWN,
        Code.VERSION_MISMATCH,
    ),
    Row(
        "rebooted with the old version before",
        evidence((1, put()), (5, look(power_on=11)), (60, look(power_on=11))),
        60,
        FAILED,
        Code.NOT_STARTED,
    ),
    Row(
        "rebooted, another version",
        rebooted(OTHER, (150, look(0, OTHER, power_on=11))),
        150,
        FAILED,
        Code.VERSION_MISMATCH,
    ),
    Row(
        "rebooted, but not well",
        rebooted(NEW, (300, look(0, NEW, power_on=11, status=None))),
        300,
        UNKNOWN,
        Code.UNHEALTHY,
    ),
    Row(
        "UpdateState is 2",
        evidence((1, put()), (2, look(1)), (3, look(2)), (70, look(2))),
        70,
        UNKNOWN,
        Code.VERSION_MISMATCH,
    ),
    Row(
        "flashed, rests",
        evidence((1, put()), (2, look(1)), (3, look(0)), (100, look(0))),
        100,
        FAILED,
        Code.UPDATE_ERROR,
    ),
    Row(
        "reports the expected version",
        evidence((1, put()), (2, look(1)), (3, look(0, NEW)), (100, look(0, NEW))),
        100,
        UNKNOWN,
        Code.NO_RETURN,
    ),
    Row(
        "the trigger was refused",
        evidence((1, put()), (40, trigger(Outcome.REFUSED, "device_error")), (200, look())),
        200,
        FAILED,
        Code.DEVICE_ERROR,
    ),
    Row(
        "triggered, and rests",
        evidence((1, put()), (40, trigger()), (140, trigger()), (LATE, look())),
        LATE,
        FAILED,
        Code.NOT_STARTED,
    ),
    Row(
        "the upload failed",
        evidence((1, put(Outcome.REFUSED, code="package_unsuitable")), (60, look())),
        60,
        FAILED,
        Code.PACKAGE_UNSUITABLE,
    ),
    Row(
        "nothing of this",
        evidence((1, put()), (2000, Silent())),
        2000,
        UNKNOWN,
        Code.FLASH_TIMEOUT,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.when} {row.code}")
def test_a_row_of_the_rule(row: Row) -> None:
    first = next(rule for rule in RULES if rule.holds(Facts(row.evidence, row.now, TIMING)))
    assert first.when.startswith(row.when)
    judgement = judge(row.evidence, row.now, TIMING)
    assert judgement is not None
    assert (judgement.verdict, judgement.code) == (row.verdict, row.code)
    assert row.verdict.value in first.then
    assert row.code is None or row.code.value in first.then or "the code" in first.then


def test_every_row_has_its_history() -> None:
    assert [rule.when for rule in RULES if not any(rule.when.startswith(row.when) for row in ROWS)] == []


# -- what must not be judged yet, and what must not be called proven ---------------------------------


def test_a_version_that_changed_without_a_silence_proves_nothing() -> None:
    seen = evidence((1, put()), (2, trigger()), (3, look(1)), (9, look(2, NEW)), (30, look(2, NEW)))
    assert seen.proof is None
    assert judge(seen, 30, TIMING) is None


def test_a_finished_that_is_only_silent_is_not_yet_rebooted() -> None:
    """The link is away for a moment while it names the new version; its reboot is yet to come."""
    history = ((1, put()), (2, trigger()), (3, look(1)), (5, Silent()), (9, look(2, NEW)), (60, look(2, NEW)))
    assert judge(evidence(*history), 60, TIMING) is None


def test_a_forced_update_is_not_proven_by_a_silence() -> None:
    same = look(0, OLD)
    history = ((1, put()), (2, trigger()), (3, look(1)), (4, Silent()), (5, same), (100, same))
    judgement = judge(evidence(*history, expected=OLD), 100, TIMING)
    assert judgement is not None
    assert judgement.verdict is UNKNOWN


@pytest.mark.parametrize("state", [1, 3])
def test_no_success_while_it_flashes_or_reports_an_error(state: int) -> None:
    seen = rebooted(NEW, (101, look(state, NEW, power_on=11)), (110, look(state, NEW, power_on=11)))
    judgement = judge(seen, 110, TIMING)
    assert judgement is None or judgement.verdict is not Verdict.SUCCEEDED


@pytest.mark.parametrize("version", [OLD, OTHER, f"{NEW[:-1]}T", "snapshot-7"])
def test_no_success_at_another_version(version: str) -> None:
    """However healthy it is, and however long."""
    looks = [(float(now), look(0, version, power_on=11)) for now in range(101, 260, 5)]
    for late in (106, 131, 256):
        seen = rebooted(version, *(one for one in looks if one[0] <= late))
        judgement = judge(seen, late, TIMING)
        assert judgement is None or judgement.verdict is not Verdict.SUCCEEDED


def test_a_package_answered_with_504_may_start_by_itself() -> None:
    seen = evidence((1, put(Outcome.ODD, code="device_error")), (5, look()), (20, look()))
    assert judge(seen, 20, TIMING) is None


def test_bytes_before_a_refused_token_were_written() -> None:
    """401 late, the token renewed, then silence: nothing says that nothing was written."""
    seen = evidence((1, put(Outcome.NO_TOKEN)), (2, Renewed(ok=True)), (3, Silent()), (99, Silent()))
    judgement = judge(seen, 99, TIMING)
    assert judgement is not None
    assert judgement.verdict is UNKNOWN


def test_a_look_is_as_old_as_its_first_request() -> None:
    old = look(0, NEW, power_on=11, took=3.0)
    assert judge(rebooted(NEW, (101, look(0, NEW, power_on=11)), (107, old)), 107, TIMING) is None


WELL, ILL = Glimpsed(status=DeviceStatus.NORMAL), Glimpsed(status=DeviceStatus.FATAL_ERROR)


def test_only_the_health_is_read_within_settle_and_everything_at_its_end() -> None:
    seen = rebooted(NEW, (101, look(0, NEW, power_on=11)), (103, Tick()))
    assert next_act(seen, 103, TIMING) == Glimpse()
    seen = seen.seen(WELL, 103).seen(Tick(), 105)
    assert next_act(seen, 105, TIMING) == Glimpse()
    seen = seen.seen(WELL, 105)
    assert judge(seen, 107, TIMING) is None, "a glimpse confirms nothing"
    act = next_act(seen.seen(Tick(), 107), 107, TIMING)
    assert isinstance(act, Look)
    assert act.wants >= {Want.IDENTITY, Want.STATUS, Want.FIRMWARE, Want.POWER_ON}
    ended = judge(seen.seen(look(0, NEW, power_on=11), 107), 107, TIMING)
    assert ended is not None
    assert ended.verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize(
    "glimpsed", [ILL, Glimpsed(status=None), Silent(why="refused"), Garbled(why="a page")]
)
def test_a_bad_glimpse_begins_settle_anew(glimpsed: Glimpsed | Silent | Garbled) -> None:
    seen = rebooted(NEW, (101, look(0, NEW, power_on=11)), (103, Tick())).seen(glimpsed, 103)
    assert seen.well_since is None
    assert isinstance(next_act(seen.seen(Tick(), 105), 105, TIMING), Look)
    seen = seen.seen(look(0, NEW, power_on=11), 105)
    assert judge(seen.seen(look(0, NEW, power_on=11), 107), 107, TIMING) is None


@pytest.mark.parametrize(
    "seen",
    [
        # Proven by a silence and another version only, without a counter.
        evidence(
            (1, put()),
            (2, trigger()),
            (50, Silent()),
            (100, look(0, NEW, power_on=None)),
            (101, look(0, NEW, power_on=None)),
            (103, Tick()),
            before=reading(power_on=None),
        ),
        # Finished since the reboot: another one may be to come.
        rebooted(NEW, (101, look(2, NEW, power_on=11)), (102, look(2, NEW, power_on=11)), (103, Tick())),
    ],
    ids=["a silence", "finished"],
)
def test_a_reboot_that_may_be_followed_by_another_is_watched_whole(seen: Evidence) -> None:
    assert seen.proof is not None
    assert isinstance(next_act(seen, 103, TIMING), Look)


def test_the_table_of_the_documentation_has_every_row() -> None:
    assert rules_section().count("\n") == len(RULES) + 1
    assert "|  |" not in rules_section()
    page = Path(__file__).parents[2] / "docs/reliability.md"
    assert rules_section() in page.read_text("utf-8")


@pytest.mark.parametrize("name", ["again at an equal version", "again at an equal version, no counter"])
def test_an_aborted_flash_of_the_same_version_with_a_kill_in_it_is_no_success(name: str) -> None:
    """--force: the sensor flashes, is away for a moment, aborts; the program is killed and resumed."""
    world = next(world for world in WORLDS if world.name == name)
    before = world.before()
    flashing = Looked(reading=structs.replace(before, state=UpdateState.STARTED), wants=EVERYTHING)
    history = ((1, put()), (2, trigger()), (4, flashing), (6, Silent(why="silent")))
    seen = evidence(*history, before=before, expected=world.expected)
    known, now = resumed(world, seen, 20), 20.0
    for _ in range(500):
        act = next_act(known, now, world.timing)
        match act:
            case Finish(judgement=judgement):
                break
            case Wait(seconds=seconds):
                now += seconds
                known = known.seen(Tick(), now)
            case Look(wants=wants):
                known = known.seen(Looked(reading=before, wants=wants), now)
            case _:
                pytest.fail(f"{act} after a flash that had begun")
    assert (judgement.verdict, judgement.code) == (Verdict.UNKNOWN, Code.INTERRUPTED), judgement
