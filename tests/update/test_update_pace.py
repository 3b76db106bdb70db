"""How often an update asks a sensor, and for what."""

from itertools import pairwise

from sicktui.engine.update.machine import Wait, next_act
from sicktui.engine.update.resume import new_evidence
from sicktui.model.enums import UpdateState
from sicktui.model.settings import Timing
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Act, Began, Ended, Outcome, Reading, Silent

BEFORE = Reading(state=UpdateState.INITIAL, name="picoScan", version="2.3.0.0R", serial="1001")


def tries(evidence: Evidence, until: float) -> list[float]:
    """When a sensor that does not answer from second 100 on is asked, from then on."""
    now, at = 100.0, []
    while now <= 100.0 + until:
        evidence = evidence.seen(Silent(why="refused"), now)
        at.append(now - 100.0)
        act = next_act(evidence, now, Timing())
        assert isinstance(act, Wait)
        now += act.seconds
    return at


def test_a_sensor_that_reboots_is_tried_soon_and_then_at_the_interval() -> None:
    sent = new_evidence(BEFORE, "2.4.0.0R").seen(Began(act=Act.PUT), 80.0)
    sent = sent.seen(Ended(act=Act.PUT, outcome=Outcome.TAKEN, sent=1, whole=True), 90.0)
    at = tries(sent, 90.0)
    assert at[:6] == [0, 1, 2, 3, 4, 5]
    assert all(1 <= later - sooner <= 5 for sooner, later in pairwise(at))
    assert all(later - sooner <= max(1.0, 0.1 * sooner) + 1e-9 for sooner, later in pairwise(at))
    assert at[-1] - at[-2] == 5


def test_a_sensor_that_fails_before_the_upload_is_left_in_peace() -> None:
    assert tries(new_evidence(BEFORE, "2.4.0.0R"), 9.0) == [0, 5]
