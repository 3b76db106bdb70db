"""Short hand-made evidence for tests of the rule."""

from typing import Any

from sicktui.engine.update.resume import new_evidence
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Act, Began, Ended, Looked, Observation, Outcome, Reading, Want

OLD, NEW, OTHER = "2.2.1.0R", "2.3.0.0R", "2.2.9.0R"
SIZE = 1000
EVERYTHING = frozenset(Want)

History = list[tuple[float, Observation]]


def reading(state: int = 0, version: str = OLD, **more: Any) -> Reading:
    """What a healthy sensor reports."""
    usual: dict[str, Any] = {"name": "picoScan", "serial": "02410001", "mac": "00:06:77:00:00:01"}
    usual |= {"status": DeviceStatus.NORMAL, "power_on": 10}
    return Reading(state=UpdateState(state), version=version, **(usual | more))


def look(state: int = 0, version: str = OLD, *, took: float = 0.0, **more: Any) -> Looked:
    """It answers a look that reads everything."""
    return Looked(reading=reading(state, version, **more), wants=EVERYTHING, took=took)


def put(outcome: Outcome = Outcome.TAKEN, sent: int = SIZE, code: str = "") -> Ended:
    """What came of a PUT."""
    return Ended(
        act=Act.PUT, outcome=outcome, sent=sent, whole=sent == SIZE, code=code, why="It was refused."
    )


def trigger(outcome: Outcome = Outcome.TAKEN, code: str = "") -> Ended:
    """What came of a trigger."""
    return Ended(act=Act.TRIGGER, outcome=outcome, code=code, why="It was refused.")


def evidence(
    *history: tuple[float, Observation],
    before: Reading | None = None,
    expected: str | None = NEW,
    counts: bool = False,
) -> Evidence:
    """The evidence after what was seen and done, each with its moment."""
    known = new_evidence(reading() if before is None else before, expected, counts=counts)
    for now, what in history:
        if isinstance(what, Ended):
            known = known.seen(Began(act=what.act), now)
        known = known.seen(what, now)
    return known
