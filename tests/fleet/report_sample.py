"""A rollout as the database might hold it: an absent PC, a late result, an approval, hostile texts.

``python -m tests.fleet.report_sample`` writes the golden reports; then look at what changed.
"""

from pathlib import Path
from typing import Final

from sicktui.engine.reports.document import ReportForm
from sicktui.fleet.course import Course, with_late
from sicktui.fleet.database import Rollout
from sicktui.fleet.records import Act, Ask, DeviceResult, Item, OrderResult, OrderSpec, RolloutSpec
from sicktui.fleet.report.facts import RolloutFacts, rollout_facts
from sicktui.fleet.report.forms import render
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.plan import Operator
from sicktui.model.spread.pace import Pace

GOLDEN: Final = Path(__file__).parent / "golden"
HOSTILE: Final = '=cmd|"/c calc"!A1 <script>alert(1)</script> `*_[x](http://evil)| \x1b[31m\u202e&amp;'
START: Final = 1_795_867_200.0
DEADLINE: Final = 600.0
HEAD: Final = "ef" * 32


def result(order: OrderSpec, *verdicts: DeviceResult) -> OrderResult:
    """What a PC delivers."""
    return OrderResult(
        order=order.order,
        pc=order.pc,
        run=f"20261128-120000-{order.pc[-1]}",
        exit_code=0,
        head=HEAD,
        verdicts=verdicts,
    )


def updated(device: str, **more: object) -> DeviceResult:
    """A sensor that was updated."""
    known = {
        "message": "Runs 2.4.0.0R, was 2.3.0.0R.",
        "seconds": 101.5,
        "from_version": "2.3.0.0R",
        "to_version": "2.4.0.0R",
        "serial": "25420067",
        "package_sha256": "ab" * 32,
        "backup": "25420067-20261128-120010-aa",
        "backup_sha256": "cd" * 32,
        "downtime_seconds": 61.0,
    }
    return DeviceResult(device=device, verdict=Verdict.SUCCEEDED, **(known | more))  # type: ignore[arg-type]


def spec_of(*devices: str | Item, **pace: object) -> RolloutSpec:
    """A rollout of these devices."""
    return RolloutSpec(
        rollout="R20261128-120000-3fa1",
        created="2026-11-28T12:00:00.000Z",
        operator=Operator(user=HOSTILE, host="office-7", ssh_client="10.0.0.5"),
        ask=Ask(package="ab" * 32, expect_version="2.4.0.0R", jobs=2),
        pace=Pace(**({"wave": 2, "approve": True, "max_failures": "50%"} | pace)),  # type: ignore[arg-type]
        deadline=DEADLINE,
        items=tuple(
            each if isinstance(each, Item) else Item(device=each, model="picoScan150", version="2.3.0.0R")
            for each in devices
        ),
    )


def sample() -> RolloutFacts:
    """Six devices of four PCs."""
    refused = Item(
        device="old/x", refused="old has another protocol.", advice="Update.", code=Code.NOT_SUPPORTED
    )
    spec = spec_of("hall-1/gate", f"hall-1/{HOSTILE}", refused, "hall-2/belt", "hall-3/arm")
    course = Course(spec)
    [first] = course.step(START)
    bad = DeviceResult(
        device=HOSTILE,
        verdict=Verdict.FAILED,
        code=Code.DEVICE_ERROR,
        message=f"It said {HOSTILE}",
        advice=HOSTILE,
    )
    course.hear([result(first, updated("gate"), bad)], START + 120)
    course.step(START + 120)
    second, third = course.step(START + 200, approvals=[START + 190])
    course.hear([OrderResult(order=second.order, pc=second.pc, verdicts=())], START + 300)
    course.expire(START + 200 + DEADLINE)
    course.step(START + 200 + DEADLINE)
    late = [(result(third, updated("arm", serial="25420099")), START + 9000)]
    acts = [
        Act(act=act, given_by=by, at=START + at, role="anna", client=client)
        for act, by, at, client in (
            ("run", f"{HOSTILE}@office-7 from 10.0.0.5", -1, "10.0.0.7"),
            ("approve", "bert@office-8", 190, None),
        )
    ]
    return rollout_facts(
        Rollout(spec=spec, progress=with_late(spec, course.progress(START + 800), late)), acts
    )


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for form in ReportForm:
        (GOLDEN / f"rollout.{form.value}").write_bytes(render(sample(), form))
