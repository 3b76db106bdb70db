"""Replies that go wrong at the requests that matter: every act, and every reading that proves a success."""

from collections.abc import Iterator
from typing import Final

from sicktui.model.enums import Code, Step
from sicktui.simulator.spec import GenerationName
from tests.reliability.case import (
    GENERATIONS,
    SUCCEEDED,
    TOKENS,
    Case,
    Outcome,
    Planted,
    failed,
    unknown,
)
from tests.reliability.wire_cases import KINDS, LASTING, LIGHT, ONCE, Kind

UPLOAD: Final = "PUT update"
TRIGGER: Final = "POST RunFirmwareUpdate"
CREATE: Final = "POST CreateParameterBackup"
FILE: Final = "GET parameterbackup"
STATE: Final = "GET UpdateState"
SERIAL: Final = "GET SerialNumber"
HEALTH: Final = "GET DeviceStatus"

_TOO_MANY: Final = next(kind for kind in KINDS if kind.row == "HTTP 429")
LIMITED: Final = {
    UPLOAD: Step.UPLOAD,
    TRIGGER: Step.TRIGGER,
    CREATE: Step.BACKUP,
    FILE: Step.BACKUP,
}
"""What is refused for its rate, and in which step."""


def act_cases() -> Iterator[Case]:
    """The kinds that stand for the others at every act, done and not done, once and from then on."""
    for kind in LIGHT:
        for generation in GENERATIONS:
            for times, acts in ((ONCE, False), (ONCE, True), (LASTING, False)):
                expected = _uploading(kind, times, generation, acts=acts)
                yield _case(kind, times, Step.UPLOAD, UPLOAD, generation, expected, acts=acts)
                expected = _triggering(kind, times, acts=acts)
                yield _case(kind, times, Step.TRIGGER, TRIGGER, generation, expected, acts=acts)
            for times in (ONCE, LASTING):
                expected = _fetching(kind, times)
                yield _case(kind, times, Step.BACKUP, FILE, generation, expected)
            for acts in (False, True):
                yield _case(
                    kind, ONCE, Step.BACKUP, CREATE, generation, _creating(kind, acts=acts), acts=acts
                )
            yield _let_in(kind, generation)
            # It reboots unseen or seen, and then nothing shows whether it flashes on.
            blind = (unknown(Code.NO_RETURN), unknown(Code.UNHEALTHY))
            yield _case(kind, LASTING, Step.FLASH, STATE, generation, blind)
            # Its MAC address identifies it, too, unless it is silent or busy.
            nameless = blind if kind.silent or kind.patient else (SUCCEEDED,)
            yield _case(kind, LASTING, Step.VERIFY, SERIAL, generation, nameless)
            yield _case(kind, LASTING, Step.VERIFY, HEALTH, generation, blind)
    for generation in GENERATIONS:
        for at, step in LIMITED.items():
            expected = (failed(Code.BACKUP_FAILED) if at == CREATE else SUCCEEDED,)
            yield _case(_TOO_MANY, ONCE, step, at, generation, expected)
        for at in (UPLOAD, TRIGGER, CREATE):
            # It was done all the same: nothing is repeated while it may be at work.
            yield _case(_TOO_MANY, ONCE, LIMITED[at], at, generation, (SUCCEEDED,), acts=True)


def _case(
    kind: Kind,
    times: str,
    step: Step,
    at: str,
    generation: GenerationName,
    expected: tuple[Outcome, ...],
    *,
    acts: bool | None = None,
) -> Case:
    fault = kind.fault(at, times=1 if times == ONCE else None, acts=acts)
    done = "" if acts is None else (", done" if acts else ", not done")
    # A package that the sensor takes with Ok and does not keep is triggered: nobody could know.
    lied = at == UPLOAD and acts is False and kind.row == "not_json"
    return Case(
        row=f"{at}: {kind.row}{done}, {times}",
        column=step.value,
        generation=generation,
        planted=(Planted(fault=fault, step=step, lasting=times == LASTING),),
        expected=expected,
        provoked=("no package was uploaded",) if lied else (),
    )


def _uploading(kind: Kind, times: str, generation: GenerationName, *, acts: bool) -> tuple[Outcome, ...]:
    if kind.row == "not_json":
        # HTTP 200 with half a JSON object counts as taken; what became of it shows after the trigger.
        return (SUCCEEDED,) if acts else (failed(Code.UPDATE_ERROR),)
    if kind.row == "html":
        return (failed(Code.PROTOCOL_ERROR),)
    if kind.absent:
        return (failed(Code.NOT_SUPPORTED),)
    # A broken upload is sent once more, a refused one with a new token where there are tokens.
    refused_token = kind.code is Code.ACCESS_DENIED and generation in TOKENS
    if times == ONCE and (kind.silent or refused_token):
        return (SUCCEEDED,)
    return (failed(Code.UPLOAD_FAILED),)


def _triggering(kind: Kind, times: str, *, acts: bool) -> tuple[Outcome, ...]:
    if acts:
        return (SUCCEEDED,)
    # Whether it was heard is unknown, so it is sent once more; Out Of Connections is not heard.
    unheard = kind.silent or kind.patient or kind.bad
    if unheard:
        refused = Code.NOT_STARTED if kind.silent else kind.code
        return (SUCCEEDED,) if times == ONCE else (failed(refused),)
    # A refused login may be a lock, which is waited out once.
    waited = times == ONCE and kind.code is Code.ACCESS_DENIED
    return (SUCCEEDED,) if waited else (failed(kind.code),)


def _creating(kind: Kind, *, acts: bool) -> tuple[Outcome, ...]:
    # A sensor without backups is updated without; a lock is waited out; so is what may have been done.
    unsure = kind.bad or kind.silent or kind.code is Code.DEVICE_ERROR
    fine = kind.absent or kind.code is Code.ACCESS_DENIED or (acts and unsure)
    return (SUCCEEDED,) if fine else (failed(Code.BACKUP_FAILED),)


def _fetching(kind: Kind, times: str) -> tuple[Outcome, ...]:
    # The first fetch only tells what lay there before, so that yesterday's file is recognised.
    if times == LASTING or kind.row == "hang":
        return (failed(Code.BACKUP_FAILED),)
    return (SUCCEEDED,)


def _let_in(kind: Kind, generation: GenerationName) -> Case:
    at = "POST CreateSessionToken" if generation in TOKENS else "POST checkCredentials"
    waited = kind.patient or kind.bad or kind.code is Code.ACCESS_DENIED
    expected = SUCCEEDED if waited else failed(kind.code)
    return _case(kind, ONCE, Step.AUTHENTICATE, at, generation, (expected,))
