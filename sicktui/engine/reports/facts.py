"""Everything that a report shows of a run, from its journal."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec import UNSET, structs

from sicktui.engine.reports.causes import group_by_cause
from sicktui.engine.reports.records import DeviceFacts, RunFacts, StepFacts, Sums
from sicktui.engine.reports.timeline import Timeline, TimelineBuilder
from sicktui.engine.reports.words import option_words
from sicktui.model.clock import seconds_between
from sicktui.model.enums import (
    OVER,
    STEPS,
    Level,
    Operation,
    RunState,
    Step,
    StepState,
    Verdict,
    count_verdicts,
)
from sicktui.model.run.event import (
    Acted,
    Checked,
    Compared,
    Event,
    Logged,
    Noticed,
    ParameterChange,
    RunChanged,
    Shortened,
    StepChanged,
    Summarised,
    Surveyed,
    VerdictReached,
)
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.safe_text import clean, clean_or_none
from sicktui.model.spread.pace import pace_words
from sicktui.stores.journal.verify import ChainProof

_UPLOADS: Final = frozenset({"put_update", "put_backup"})
WRITES: Final = _UPLOADS | {"run_firmware_update", "restore"}
"""Acts after which a sensor may run something else, or have other parameters."""
_TEXT: Final = 2000
_LOGGED: Final = frozenset({Level.WARNING, Level.ERROR})
_E = TypeVar("_E", bound=Event)


HashOf = Callable[[str], tuple[str, int] | None]
"""SHA-256 and size of a stored backup, by its id; ``None`` where it is gone."""


def run_facts(
    spec: RunSpec,
    events: Iterable[Event],
    *,
    state: RunState,
    hash_of: HashOf,
    now: datetime | None = None,
    proof: ChainProof | None = None,
) -> RunFacts:
    """The facts of a run.

    Args:
        spec: the run.
        events: what happened, in the order of the journal.
        state: its state, as it is really.
        hash_of: finds what is known of a backup.
        now: for a run that is running: what is under way lasts until then.
        proof: what the chain of its events proves.
    """
    every = list(events)
    found = [event for event in every if not isinstance(event, Shortened)]
    shortened = len(found) < len(every)
    lanes, log = _by_device(spec, found)
    verdicts = {event.device: event for event in found if isinstance(event, VerdictReached)}
    summary = _last(found, Summarised)
    timeline = _timeline(spec, found, now if state is RunState.RUNNING else None)
    finished = _finished(found, state)
    if shortened and finished is not None:  # What is left shows neither who did what when, nor a break.
        took = max(0.0, seconds_between(spec.created, finished))
        timeline = structs.replace(timeline, devices=(), breaks=(), seconds=took)
    package, operator = spec.package, spec.operator
    return RunFacts(
        run=clean(spec.run),
        operation=spec.operation,
        state=state,
        started=spec.created,
        finished=finished,
        seconds=round(timeline.seconds, 3),
        user=clean(operator.user),
        host=clean(operator.host),
        ssh_client=clean_or_none(operator.ssh_client),
        retry_of=clean_or_none(spec.retry_of),
        package=clean(package.name) if package else None,
        package_sha256=package.sha256 if package else None,
        package_bytes=package.size if package else None,
        options=tuple(_options(spec)),
        verdicts=count_verdicts(event.verdict for event in verdicts.values()),
        exit_code=summary.exit_code if summary else None,
        devices=tuple(
            _device(spec, item, lanes[item.device], verdicts.get(item.device), hash_of, shortened=shortened)
            for item in spec.items
        ),
        causes=tuple(
            group_by_cause(_cleaned(verdicts[i.device]) for i in spec.items if i.device in verdicts)
        ),
        log=log,
        timeline=timeline,
        order=clean_or_none(spec.order.key if spec.order else None),
        proof=proof,
    )


def _by_device(spec: RunSpec, events: Sequence[Event]) -> tuple[dict[str, list[Event]], tuple[str, ...]]:
    """The events of each device, and the warnings about none of them."""
    lanes: dict[str, list[Event]] = {item.device: [] for item in spec.items}
    rest = []
    for event in events:
        device = getattr(event, "device", UNSET)
        if isinstance(device, str):
            lanes.setdefault(device, []).append(event)
        else:
            rest.append(event)
    return lanes, _warnings(rest)


def _warnings(events: Sequence[Event]) -> tuple[str, ...]:
    """Each warning and error once."""
    logged = (event for event in events if isinstance(event, Logged) and event.level in _LOGGED)
    return tuple(dict.fromkeys(clean(event.message, _TEXT) for event in logged))


def _timeline(spec: RunSpec, events: Sequence[Event], now: datetime | None) -> Timeline:
    builder = TimelineBuilder(spec)
    builder.add(events)
    drawn = builder.result(now)
    return structs.replace(
        drawn, devices=tuple(structs.replace(lane, device=clean(lane.device)) for lane in drawn.devices)
    )


def _cleaned(event: VerdictReached) -> VerdictReached:
    return structs.replace(
        event,
        device=clean(event.device),
        message=clean(event.message, _TEXT),
        advice=clean(event.advice, _TEXT),
    )


def _finished(events: Sequence[Event], state: RunState) -> str | None:
    if state not in OVER:
        return None
    ends = [event.ts for event in events if isinstance(event, RunChanged) and event.state is state]
    return ends[-1] if ends else None


def _options(spec: RunSpec) -> list[str]:
    limits = spec.settings.limits
    words = option_words(spec.options) if spec.operation is Operation.UPDATE else []
    if spec.operation is not Operation.BACKUP:
        words += pace_words(limits)
        words += [f"stop starting at {limits.max_failures} failed or unknown"]
    return [*words, f"{limits.jobs} at once"]


def _device(
    spec: RunSpec,
    item: PlanItem,
    events: Sequence[Event],
    verdict: VerdictReached | None,
    hash_of: HashOf,
    *,
    shortened: bool,
) -> DeviceFacts:
    survey = _last(events, Surveyed)
    checked = _last(events, Checked)
    compared = _last(events, Compared)
    identity = survey.identity if survey else item.identity
    before, after = _sums(item, events, survey)
    backup = _known(verdict.backup) if verdict else None
    if backup is None:
        backup = survey.backup if survey else None
    sums = _backup_sums(spec, item, verdict) or (hash_of(backup) if backup else None) or (None, None)
    serial = (_known(verdict.serial) if verdict else None) or (identity.serial if identity else None)
    downtime = _known(verdict.downtime_seconds) if verdict else None
    return DeviceFacts(
        device=clean(item.device),
        address=clean(item.target.address),
        model=clean(identity.device_type or identity.name) if identity else None,
        serial=clean_or_none(serial),
        mac=clean_or_none(identity.mac if identity else None),
        order_number=clean_or_none(identity.order_number if identity else None),
        action=item.action.value,
        plan=clean(item.message, _TEXT),
        from_version=clean_or_none(item.from_version),
        to_version=clean_or_none(item.to_version),
        runs=_runs(spec, item, verdict, after, wrote=_wrote(events), shortened=shortened),
        verdict=verdict.verdict if verdict else None,
        code=verdict.code.value if verdict and verdict.code else None,
        message=clean(verdict.message, _TEXT) if verdict else "",
        advice=clean(verdict.advice, _TEXT) if verdict else "",
        seconds=verdict.seconds if verdict else None,
        downtime_seconds=downtime,
        backup=clean_or_none(backup),
        backup_sha256=sums[0],
        backup_bytes=sums[1],
        before=before,
        after=after,
        tries=_tries(events),
        steps=tuple(_steps(spec.operation, events)),
        warnings=_warnings(events),
        measuring=clean_or_none(checked.measuring) if checked else None,
        measured=tuple(clean(text, _TEXT) for text in checked.measured) if checked else (),
        changed=tuple(clean(text, _TEXT) for text in checked.found) if checked else (),
        parameters=tuple(map(_change, compared.changed)) if compared else (),
        parameters_more=compared.more if compared else 0,
        parameters_compared=compared.compared if compared else None,
    )


def _change(change: ParameterChange) -> ParameterChange:
    return ParameterChange(
        name=clean(change.name), before=clean_or_none(change.before), after=clean_or_none(change.after)
    )


def _backup_sums(
    spec: RunSpec, item: PlanItem, verdict: VerdictReached | None
) -> tuple[str, int | None] | None:
    """SHA-256 and size of the backup, where the run itself has recorded them."""
    if spec.operation is Operation.RESTORE:
        order = spec.order_of(item.device)
        return (order.sha256, order.size) if order else None
    sha256 = _known(verdict.sha256) if verdict else None
    return (sha256, _known(verdict.bytes)) if verdict and sha256 else None


def _known(value: Any) -> Any:  # noqa: ANN401 - any key of a verdict
    return None if value is UNSET else value


def _last(events: Sequence[Event], kind: type[_E]) -> _E | None:
    return next((event for event in reversed(events) if isinstance(event, kind)), None)


def _tries(events: Sequence[Event]) -> int:
    """How often a file was sent, or was about to be."""
    acts = (event for event in events if isinstance(event, Acted) and event.phase == "intended")
    return sum(event.act in _UPLOADS for event in acts)


def _wrote(events: Sequence[Event]) -> bool:
    return any(isinstance(event, Acted) and event.act in WRITES for event in events)


def _sums(item: PlanItem, events: Sequence[Event], survey: Surveyed | None) -> tuple[Sums, Sums]:
    """What was read before the first write, and last."""
    before = Sums(version=clean_or_none(item.from_version))
    if survey is not None:
        before = Sums(
            version=clean_or_none(survey.identity.runs),
            checksum=clean_or_none(survey.checksum),
            calibration=clean_or_none(survey.calibration),
            power_on_count=survey.power_on_count,
        )
    noticed = [event.known.reading for event in events if isinstance(event, Noticed)]
    if not noticed:
        return before, Sums()
    last = noticed[-1]
    return before, Sums(
        version=clean_or_none(last.firmware or last.version),
        checksum=clean_or_none(last.checksum),
        calibration=clean_or_none(last.calibration),
        power_on_count=last.power_on,
    )


def _runs(
    spec: RunSpec,
    item: PlanItem,
    verdict: VerdictReached | None,
    after: Sums,
    *,
    wrote: bool,
    shortened: bool,
) -> str | None:
    """The version that a sensor runs, as far as it is proven."""
    if verdict is None or verdict.verdict is Verdict.UNKNOWN:
        return None
    if spec.operation is Operation.UPDATE and verdict.verdict is Verdict.SUCCEEDED:
        return after.version or clean_or_none(_known(verdict.to_version))
    if spec.operation is Operation.UPDATE and wrote:
        return after.version or clean_or_none(item.from_version)
    if shortened and item.may_go and verdict.verdict is Verdict.FAILED:
        return None  # What was sent, and what was read then, was deleted.
    return clean_or_none(item.from_version)


def _steps(operation: Operation, events: Sequence[Event]) -> list[StepFacts]:
    """Each step that was reached, in the order of the operation: its first start and its last end."""
    starts: dict[Step, str] = {}
    last: dict[Step, StepChanged] = {}
    for event in events:
        if isinstance(event, StepChanged):
            if event.state is StepState.STARTED:
                starts.setdefault(event.step, event.ts)
            last[event.step] = event
    return [_step(last[step], starts.get(step)) for step in STEPS[operation] if step in last]


def _step(end: StepChanged, started: str | None) -> StepFacts:
    seconds: float | None = None
    if started is not None and end.state is not StepState.STARTED:
        passed = seconds_between(started, end.ts)
        seconds = round(passed, 3) if passed >= 0 else None
    return StepFacts(
        step=end.step, state=end.state, started=started, seconds=seconds, detail=clean(end.detail, _TEXT)
    )
