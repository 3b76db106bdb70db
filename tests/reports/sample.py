"""A run as its journal might be: several tries, an interruption, a clock that is set, hostile texts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Target
from sicktui.model.enums import (
    Action,
    Code,
    Level,
    Operation,
    RunState,
    Step,
    StepState,
    Verdict,
)
from sicktui.model.firmware.package import Package, PackageType
from sicktui.model.run.event import (
    Acted,
    Checked,
    Compared,
    Contacted,
    Event,
    Logged,
    Noticed,
    ParameterChange,
    Progressed,
    RunChanged,
    StepChanged,
    Summarised,
    Surveyed,
    VerdictReached,
)
from sicktui.model.run.plan import Operator, PlanItem, RunSpec
from sicktui.model.settings import Settings, Timing
from sicktui.model.update.observations import Known, Reading

RUN: Final = "20261121-095427-3fa1"
START: Final = datetime(2026, 11, 21, 9, 54, 27, tzinfo=UTC)
HOSTILE: Final = '=cmd|"/c calc"!A1 <script>alert(1)</script> `*_[x](http://evil)| \x1b[31m\u202e&amp;'
SHA: Final = "ab" * 32


def at(seconds: float) -> str:
    """The time stamp so many seconds after the start."""
    return timestamp(START + timedelta(seconds=seconds))


def item(device: str, *, action: Action = Action.UPDATE, **changes: Any) -> PlanItem:
    """A device's part of the plan."""
    target = Target(
        device=device,
        address="192.168.0.11",
        user="Service",
        auth="auto",
        scheme="http",
        timing=Timing(),
    )
    facts: dict[str, Any] = {
        "reason": None,
        "message": "Update from 2.3.0.0R to 2.4.0.0R.",
        "identity": identity(device),
        "from_version": "2.3.0.0R",
        "to_version": "2.4.0.0R",
    }
    return PlanItem(target=target, action=action, **(facts | changes))


def identity(device: str) -> Identity:
    return Identity(
        name="picoScan",
        version="2.3.0.0R",
        serial=f"2542{len(device):04}",
        mac="00:06:77:82:d1:2a",
        device_type="picoScan150",
        order_number="1134610",
    )


def spec_of(items: Sequence[PlanItem], **changes: Any) -> RunSpec:
    """A run with these devices."""
    facts: dict[str, Any] = {
        "operation": Operation.UPDATE,
        "operator": Operator(user="maria", host="plant-pc", ssh_client="10.0.0.5"),
        "package": Package(
            path="/tmp/fw.spk.signed",
            name="picoScan100_2.4.0.0R.spk.signed",
            type=PackageType.SIGNED,
            size=12_000_000,
            sha256=SHA,
            version="2.4.0.0R",
        ),
    }
    return RunSpec(run=RUN, created=at(0), settings=Settings(), items=tuple(items), **(facts | changes))


def step(device: str, seconds: float, name: Step, state: StepState = StepState.STARTED) -> StepChanged:
    return StepChanged(ts=at(seconds), run=RUN, device=device, step=name, state=state)


def steps(device: str, *moments: tuple[Step, float, float]) -> list[Event]:
    """Steps that began and ended."""
    found: list[Event] = []
    for name, begin, end in moments:
        found += [step(device, begin, name), step(device, end, name, StepState.DONE)]
    return found


def verdict(
    device: str, seconds: float, found: Verdict, code: Code | None = None, **more: Any
) -> VerdictReached:
    facts: dict[str, Any] = {
        "message": "Runs 2.4.0.0R, was 2.3.0.0R.",
        "advice": "",
        "seconds": seconds,
        "from_version": "2.3.0.0R",
        "to_version": "2.4.0.0R",
        "serial": "25420067",
        "package_sha256": SHA,
        "backup": None,
        "downtime_seconds": None,
    }
    return VerdictReached(
        ts=at(seconds),
        run=RUN,
        device=device,
        operation=Operation.UPDATE,
        verdict=found,
        code=code,
        **(facts | more),
    )


def run_line(seconds: float, state: RunState = RunState.RUNNING, pid: int | None = 7) -> RunChanged:
    return RunChanged(
        ts=at(seconds), run=RUN, operation=Operation.UPDATE, state=state, pid=pid, started=at(0)
    )


def acted(device: str, seconds: float, act: Any = "put_update") -> Acted:
    return Acted(ts=at(seconds), run=RUN, device=device, act=act, phase="intended")


def noticed(
    device: str, seconds: float, *, silent: bool, version: str = "2.3.0.0R", power_on: int = 42
) -> Noticed:
    reading = Reading(version=version, checksum="0123 4567", calibration="cafe", power_on=power_on)
    return Noticed(ts=at(seconds), run=RUN, device=device, known=Known(reading=reading, silent=silent))


def good(device: str = "gate-1") -> list[Event]:
    """An update that succeeds, with two uploads."""
    return [
        *steps(device, (Step.PREFLIGHT, 1, 2), (Step.BACKUP, 2, 10), (Step.AUTHENTICATE, 10, 11)),
        Surveyed(
            ts=at(11),
            run=RUN,
            device=device,
            identity=identity(device),
            update_state=0,
            power_on_count=42,
            backup="25420067-20261121-095437-aa",
            checksum="0000 1111",
            calibration="cafe",
        ),
        step(device, 11, Step.UPLOAD),
        acted(device, 11),
        Progressed(ts=at(15), run=RUN, device=device, step=Step.UPLOAD, sent=5, total=10),
        acted(device, 20),
        step(device, 30, Step.UPLOAD, StepState.DONE),
        *steps(device, (Step.TRIGGER, 30, 32)),
        step(device, 32, Step.FLASH),
        Contacted(ts=at(33), run=RUN, device=device, answered=True),
        step(device, 60, Step.FLASH, StepState.DONE),
        step(device, 60, Step.REBOOT),
        noticed(device, 62, silent=True),
        noticed(device, 100, silent=False, version="2.4.0.0R", power_on=43),
        step(device, 100, Step.REBOOT, StepState.DONE),
        *steps(device, (Step.VERIFY, 100, 106)),
        Checked(
            ts=at(109),
            run=RUN,
            device=device,
            measuring="received",
            measured=("It measures: this PC received 100 datagrams of it in 0.5 s.",),
            found=("warning: <b>The scan data output is off.</b> It was not so before the update.",),
        ),
        Compared(
            ts=at(109.5),
            run=RUN,
            device=device,
            compared=41,
            changed=(
                ParameterChange(name="ScanDataFormat", before="4", after="2"),
                ParameterChange(name="NtpServer.Password", before="***", after="***"),
                ParameterChange(name="Old=<b>", before="'=1+1'", after=None),
            ),
            more=2,
        ),
        verdict(device, 110, Verdict.SUCCEEDED, backup="25420067-20261121-095437-aa", downtime_seconds=38.0),
    ]


def sample() -> tuple[RunSpec, list[Event]]:
    """A run of five devices, one of them with a hostile name."""
    items = [
        item("gate-1"),
        item(HOSTILE),
        item("gate-3"),
        item(
            "hall-1",
            action=Action.REFUSE,
            reason=Code.UNREACHABLE,
            message="The sensor at 192.168.0.99 cannot be reached.",
            identity=None,
            from_version=None,
        ),
        item("hall-22", action=Action.SKIP, reason=Code.ALREADY_CURRENT, message="It runs 2.4.0.0R already."),
    ]
    spec = spec_of(items)
    events: list[Event] = [
        run_line(0, pid=None),
        verdict(
            "hall-1",
            0,
            Verdict.FAILED,
            Code.UNREACHABLE,
            message="The sensor at 192.168.0.99 cannot be reached.",
            advice="Check its cable.",
            serial=None,
        ),
        verdict("hall-22", 0, Verdict.SKIPPED, Code.ALREADY_CURRENT, message="It runs 2.4.0.0R already."),
        run_line(0.5),
        *good(),
        Logged(ts=at(111), run=RUN, device=HOSTILE, level=Level.WARNING, message=f"It says {HOSTILE}."),
        *steps(HOSTILE, (Step.PREFLIGHT, 111, 112)),
        verdict(
            HOSTILE,
            113,
            Verdict.FAILED,
            Code.DEVICE_ERROR,
            message=f"It answered {HOSTILE}",
            advice=f"Look at {HOSTILE}.",
        ),
        *steps("gate-3", (Step.PREFLIGHT, 114, 115)),
        step("gate-3", 116, Step.UPLOAD),
        acted("gate-3", 116),
        # The runner is gone for an hour; the clock of the PC is set back while the next one works.
        run_line(3720),
        Logged(ts=at(3720), run=RUN, level=Level.WARNING, message="Resumed by maria."),
        StepChanged(
            ts=at(3721),
            run=RUN,
            device="gate-3",
            step=Step.UPLOAD,
            state=StepState.SKIPPED,
            detail="interrupted; the sensor is checked first",
        ),
        step("gate-3", 3722, Step.FLASH),
        noticed("gate-3", 120, silent=True),
        verdict(
            "gate-3",
            180,
            Verdict.UNKNOWN,
            Code.NO_RETURN,
            message="It has not come back within 600 s. Check on site what it runs.",
            advice="Check its power.",
        ),
        run_line(181, RunState.FINISHED, pid=None),
        Summarised(
            ts=at(181),
            run=RUN,
            operation=Operation.UPDATE,
            verdicts={Verdict.SUCCEEDED: 1, Verdict.FAILED: 2, Verdict.UNKNOWN: 1, Verdict.SKIPPED: 1},
            exit_code=1,
        ),
    ]
    return spec, events
