"""What is true of a sensor, and what a verdict may say of it. Knows the sensor, not the client."""

import unicodedata
from collections.abc import Iterator

from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.simulator import Device
from sicktui.simulator.device.record import RequestRecord
from sicktui.simulator.faults.base import REGISTRY
from sicktui.simulator.faults.wire import WireFault
from tests.reliability.case import Case, State

_READS = ("getChallenge", "checkCredentials")
"""POSTs that change nothing on a sensor."""
MAX_UPLOADS = 2
MAX_TRIGGERS = 2
MAX_PUTS = 4
MAX_RESTORES = 2
MAX_WRONG_PASSWORDS = 2
MAX_SECONDS = 600.0
"""The longest job, in the client's own seconds; the sum of all its deadlines is about half of it."""


Looks = tuple[State, State, State]
"""The sensor when the plan was made, at the verdict, and at the end of the run."""


def what_is_wrong(
    case: Case, verdicts: tuple[VerdictReached, ...], looks: Looks, device: Device
) -> tuple[str, ...]:
    """Everything about a case that must not be so, in words."""
    if len(verdicts) != 1:
        return (f"{len(verdicts)} verdicts instead of one",)
    [verdict] = verdicts
    before, at_verdict, at_end = looks
    sent = device.requests[before.requests : at_end.requests]
    return (
        *(_of_dump if case.dump else _RULES[case.operation])(case, verdict, at_verdict, sent, device),
        *_unfit(case, verdict),
        *_idle(case, sent),
        *_unreadable(verdict),
        *_misbehaved(case, verdict, device, sent),
        *_after_the_verdict(at_verdict, at_end),
    )


def _of_update(
    case: Case, verdict: VerdictReached, state: State, sent: list[RequestRecord], device: Device
) -> Iterator[str]:
    yield from _untrue(case, verdict, state, sent)
    yield from _untrue_words(verdict, state, sent)
    yield from _too_much(verdict, device, sent)


def _untrue(case: Case, verdict: VerdictReached, state: State, sent: list[RequestRecord]) -> Iterator[str]:
    """The verdict against the sensor itself, by the contract."""
    written = any(_wrote(request) for request in sent)
    match verdict.verdict:
        case Verdict.SUCCEEDED if not (state.updated or (case.nameless and state.runs_new)):
            yield f"succeeded, but {state}"
        case Verdict.SUCCEEDED if case.nameless and "name and address only" not in verdict.message:
            yield f"it does not say that it cannot know whose success it is: {verdict.message}"
        case Verdict.FAILED if written and not (state.reachable and state.version != verdict.to_version):
            yield f"failed after a write, but {state}"
        case Verdict.SKIPPED | Verdict.CANCELLED if written:
            yield f"{verdict.verdict} after a write"
        case Verdict.UNKNOWN if not written:
            yield "unknown, though nothing was written"


def _wrote(request: RequestRecord) -> bool:
    """Whether the request may have changed what the sensor runs."""
    return request.endpoint == "PUT update" or _is_trigger(request)


def _is_trigger(request: RequestRecord) -> bool:
    return request.path.endswith("/RunFirmwareUpdate")


def _unfit(case: Case, verdict: VerdictReached) -> Iterator[str]:
    outcome = (verdict.verdict, verdict.code)
    if case.expected and outcome not in case.expected:
        yield f"{outcome} is none of {case.expected}: {verdict.message}"


def _idle(case: Case, sent: list[RequestRecord]) -> Iterator[str]:
    of_requests = any(issubclass(REGISTRY[planted.fault.name], WireFault) for planted in case.planted)
    if of_requests and not any(request.fault for request in sent):
        yield "its fault did not strike"


def _unreadable(verdict: VerdictReached) -> Iterator[str]:
    if not verdict.message:
        yield "no message"
    if verdict.verdict in (Verdict.FAILED, Verdict.UNKNOWN) and not verdict.advice:
        yield f"no advice: {verdict.message}"
    for text in (verdict.message, verdict.advice):
        if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text):
            yield f"control characters in {text!r}"


def _untrue_words(verdict: VerdictReached, state: State, sent: list[RequestRecord]) -> Iterator[str]:
    """What the sentences claim beyond the verdict."""
    text = f"{verdict.message} {verdict.advice}"
    if "Nothing was written" in text and any(_wrote(request) for request in sent):
        yield f"something was written: {text}"
    if "RunFirmwareUpdate was sent" in text and not any(_is_trigger(request) for request in sent):
        yield f"RunFirmwareUpdate was never sent: {text}"
    if "still reports Started" in text and state.update_state != 1:
        yield f"UpdateState is {state.update_state}: {text}"


def _misbehaved(
    case: Case, verdict: VerdictReached, device: Device, sent: list[RequestRecord]
) -> Iterator[str]:
    """What the sensor was sent, by its own record."""
    for text in device.violations:
        if not any(words in text for words in case.provoked):
            yield f"violation: {text}"
    if case.encrypted and device.port.accepted:
        yield "something went to its port of plain HTTP"
    denied = [request for request in sent if request.method == "POST" and request.status == 4]
    if len(denied) > MAX_WRONG_PASSWORDS:
        yield f"{len(denied)} tries at a password that was refused"
    if verdict.seconds > MAX_SECONDS:
        yield f"it took {verdict.seconds:.0f} s"


def _too_much(verdict: VerdictReached, device: Device, sent: list[RequestRecord]) -> Iterator[str]:
    """An update that was sent more than it should have been."""
    uploads = [request for request in sent if request.endpoint == "PUT update"]
    triggers = [request for request in sent if _is_trigger(request)]
    if len(uploads) > MAX_UPLOADS:
        yield f"{len(uploads)} uploads"
    if any(request.update_state == 1 for request in uploads):
        yield "an upload while it was flashing"
    # On a sensor that knows one of the trigger's two paths the other may have been asked for first.
    if len([request for request in triggers if request.status != 5]) > MAX_TRIGGERS:
        yield f"{len(triggers)} triggers"
    if triggers and not uploads:
        yield "a trigger without an upload"
    if device.flashes > 1:
        yield f"{device.flashes} flashes"
    if verdict.code in _NEVER_WRITES and (uploads or triggers):
        yield f"{verdict.code}, and yet it was written to"


_NEVER_WRITES = (
    Code.BACKUP_FAILED,
    Code.ALREADY_CURRENT,
    Code.DOWNGRADE,
    Code.PACKAGE_UNSUITABLE,
    Code.DUPLICATE_DEVICE,
    Code.NOT_APPROVED,
    Code.PLAN_OUTDATED,
)


def _of_backup(
    case: Case, verdict: VerdictReached, state: State, sent: list[RequestRecord], device: Device
) -> Iterator[str]:
    match verdict.verdict:
        case Verdict.SUCCEEDED if not (state.stored or case.deceiving):
            yield "succeeded, but no stored backup has the sensor's parameters"
        case Verdict.FAILED if state.stored:
            yield f"failed, but the backup is there: {verdict.message}"
        case Verdict.SKIPPED | Verdict.CANCELLED | Verdict.UNKNOWN:
            yield f"a backup that ends {verdict.verdict}"
    if any(request.method == "PUT" for request in sent):
        yield "a backup has written to the sensor"


def _of_restore(
    case: Case, verdict: VerdictReached, state: State, sent: list[RequestRecord], device: Device
) -> Iterator[str]:
    puts = [request for request in sent if request.endpoint == "PUT parameterbackup"]
    acts = [request for request in sent if request.endpoint == "POST RestoreParameterBackup"]
    done = state.restored and (state.saved or not device.generation.persist)
    match verdict.verdict:
        case Verdict.SUCCEEDED if not (done and state.same_sensor):
            yield f"succeeded, but {state}"
        case Verdict.FAILED if done and state.same_sensor:
            yield f"failed, but everything is restored and saved: {verdict.message}"
        case Verdict.SKIPPED | Verdict.CANCELLED:
            yield f"a restore that ends {verdict.verdict}"
        case Verdict.UNKNOWN if not puts:
            yield "unknown, though nothing was written"
    text = f"{verdict.message} {verdict.advice}"
    if "No parameter was changed" in text and not state.unchanged:
        yield f"parameters were changed: {text}"
    if ("Nothing was written" in text or "Nothing was sent" in text) and puts:
        yield f"something was written: {text}"
    if acts and not puts:
        yield "a restore without an upload"
    if len(puts) > MAX_PUTS or len(acts) > MAX_RESTORES:
        yield f"{len(puts)} uploads and {len(acts)} restores"


def _of_dump(
    case: Case, verdict: VerdictReached, state: State, sent: list[RequestRecord], device: Device
) -> Iterator[str]:
    """The end of a dump against what is kept of it; ``unchanged`` means that nothing is."""
    if verdict.verdict is Verdict.SUCCEEDED and not (state.stored and state.same_sensor):
        yield "succeeded, but no whole diagnosis file of this sensor is kept"
    if verdict.verdict is Verdict.FAILED and not state.unchanged:
        yield f"failed, but something is kept: {verdict.message}"
    if len([request for request in sent if request.endpoint == "POST DoDiagnosisDump"]) > 1:
        yield "it was ordered more than once"
    if any(request.method == "PUT" for request in sent):
        yield "a dump has written to the sensor"


_RULES = {
    Operation.UPDATE: _of_update,
    Operation.BACKUP: _of_backup,
    Operation.RESTORE: _of_restore,
}


def _after_the_verdict(at_verdict: State, at_end: State) -> Iterator[str]:
    if at_end.requests > at_verdict.requests:
        yield f"{at_end.requests - at_verdict.requests} requests after the verdict"
