"""Replies that go wrong: every fault of single requests, at every step, once and from then on."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from sicktui.model.enums import Code, Step
from sicktui.simulator.spec import Fault, FaultValue, GenerationName
from tests.reliability.case import BASIC, GENERATIONS, SUCCEEDED, Case, Outcome, Planted, failed, unknown


class Kind(Struct, frozen=True, kw_only=True):
    """One way in which a reply goes wrong."""

    row: str
    name: str
    code: Code
    """What it is called when it ends a job."""
    value: FaultValue | None = None
    rate: float | None = None
    patient: bool = False
    """Whether the client waits and asks again by itself."""
    silent: bool = False
    """Whether it is no answer at all."""
    bad: bool = False
    """Whether it is no answer of a sensor: then a read is tried again."""
    absent: bool = False
    """Whether it says that there is no such thing."""
    light: bool = False
    """Whether it is among those that are tried at every single act, too."""

    def fault(self, at: str, *, times: int | None = None, acts: bool | None = None, after: int = 0) -> Fault:
        """This, at an endpoint."""
        return Fault(
            name=self.name, at=at, value=self.value, rate=self.rate, times=times, acts=acts, after=after
        )


KINDS: Final = (
    Kind(row="status 3", name="status", value=3, code=Code.DEVICE_ERROR, light=True),
    Kind(row="status 4", name="status", value=4, code=Code.ACCESS_DENIED, light=True),
    Kind(row="status 5", name="status", value=5, code=Code.NOT_SUPPORTED, absent=True, light=True),
    Kind(row="status 10", name="status", value=10, code=Code.DEVICE_ERROR),
    Kind(row="status 11", name="status", value=11, code=Code.OUT_OF_CONNECTIONS, patient=True, light=True),
    Kind(row="http_503", name="http_503", code=Code.DEVICE_ERROR, bad=True, light=True),
    Kind(row="http_503 (404)", name="http_503", value=404, code=Code.NOT_SUPPORTED, absent=True),
    Kind(row="http_503 (401)", name="http_503", value=401, code=Code.ACCESS_DENIED, light=True),
    Kind(row="HTTP 429", name="too_many_requests", code=Code.RATE_LIMITED, patient=True),
    Kind(row="cut_reply", name="cut_reply", code=Code.UNREACHABLE, silent=True, bad=True, light=True),
    Kind(row="hang", name="hang", code=Code.UNREACHABLE, silent=True, light=True),
    Kind(row="trickle", name="trickle", rate=0.05, code=Code.UNREACHABLE, silent=True),
    Kind(row="not_json", name="not_json", code=Code.PROTOCOL_ERROR, bad=True, light=True),
    Kind(row="html", name="html", code=Code.PROTOCOL_ERROR, bad=True, light=True),
    Kind(row="wrong_types", name="wrong_types", code=Code.PROTOCOL_ERROR, bad=True),
    Kind(row="invalid_utf8", name="invalid_utf8", code=Code.PROTOCOL_ERROR, bad=True),
    Kind(row="huge_json", name="huge_json", value=1_200_000, code=Code.PROTOCOL_ERROR, bad=True),
    Kind(row="redirect", name="redirect", code=Code.PROTOCOL_ERROR, bad=True),
)
_AT_EVERY_POST: Final = ("status 10", "status 11")
LIGHT: Final = tuple(kind for kind in KINDS if kind.light)
ONCE: Final = "once"
TWICE: Final = "twice"
LASTING: Final = "from then on"
_BEFORE: Final = (Step.PREFLIGHT, Step.BACKUP, Step.AUTHENTICATE, Step.UPLOAD)
_AFTER: Final = (Step.TRIGGER, Step.FLASH, Step.REBOOT, Step.VERIFY)


def wire_cases() -> Iterator[Case]:
    """Every kind in the plan and at every step, once; for good those that stand for the others."""
    for kind in KINDS:
        for generation in GENERATIONS:
            for step in (None, Step.PREFLIGHT):
                if kind.bad and kind.light:
                    yield _at_step(kind, TWICE, step, generation, (SUCCEEDED,))
            for times in (ONCE, LASTING) if kind.light else (ONCE,):
                yield _at_step(kind, times, None, generation, _while_planning(kind, times))
                for step in _BEFORE:
                    expected = _before_writing(kind, times, step, generation)
                    yield _at_step(kind, times, step, generation, expected)
            for step in _AFTER:
                yield _at_step(kind, ONCE, step, generation, (SUCCEEDED,))
                if kind.light:
                    yield _at_step(kind, LASTING, step, generation, _blind_from(kind, step))
    yield from _posts()


def _posts() -> Iterator[Case]:
    for kind in KINDS:
        if kind.row in _AT_EVERY_POST:
            for generation in GENERATIONS:
                for step in (None, *_BEFORE[1:], Step.TRIGGER):
                    yield _at_every_post(kind, step, generation)


def _at_every_post(kind: Kind, step: Step | None, generation: GenerationName) -> Case:
    """Every write from the step on; reading goes on working."""
    return Case(
        row=f"{kind.row} at every POST, {LASTING}",
        column=step.value if step else "plan",
        generation=generation,
        planted=(Planted(fault=kind.fault("writes"), step=step, lasting=True),),
        expected=(failed(kind.code), failed(Code.BACKUP_FAILED), failed(Code.UPLOAD_FAILED)),
    )


def _at_step(
    kind: Kind, times: str, step: Step | None, generation: GenerationName, expected: tuple[Outcome, ...]
) -> Case:
    """The first request of the step, or all from it on."""
    fault = kind.fault("*", times={ONCE: 1, TWICE: 2}.get(times))
    return Case(
        row=f"{kind.row}, {times}",
        column=step.value if step else "plan",
        generation=generation,
        planted=(Planted(fault=fault, step=step, lasting=times == LASTING),),
        expected=expected,
    )


def _while_planning(kind: Kind, times: str) -> tuple[Outcome, ...]:
    if (kind.patient or kind.bad) and times == ONCE:
        return (SUCCEEDED,)
    # Whoever has no DeviceIdent is no sensor.
    return (failed(Code.PROTOCOL_ERROR if kind.absent else kind.code),)


def _before_writing(kind: Kind, times: str, step: Step, generation: GenerationName) -> tuple[Outcome, ...]:
    once = times == ONCE
    if once and kind.row == "wrong_types" and step is Step.AUTHENTICATE and generation in BASIC:
        # Its first reply there is the token, which is checked after the reply is taken.
        return (failed(kind.code),)
    if once and (kind.patient or kind.bad or step is Step.UPLOAD):
        return (SUCCEEDED,)
    login = step is Step.AUTHENTICATE or (step is Step.BACKUP and generation not in BASIC)
    if once and login and (kind.code is Code.ACCESS_DENIED or kind.row == "status 10"):
        # It may be locked: that is waited out once. An invalid challenge is answered with a fresh one, unless
        # it was getChallenge itself that was refused.
        return (SUCCEEDED,) if kind.code is Code.ACCESS_DENIED else (SUCCEEDED, failed(kind.code))
    if once and kind.silent and step is Step.PREFLIGHT:
        return (SUCCEEDED,)
    if step is Step.PREFLIGHT and kind.absent:
        return (failed(Code.PROTOCOL_ERROR),)
    if step is Step.BACKUP and generation in BASIC:
        # Its first question is whether there is getChallenge, which there is not.
        if once and kind.absent:
            return (SUCCEEDED,)
        if kind.absent:
            return (failed(Code.PROTOCOL_ERROR),)
    if step in (Step.BACKUP, Step.AUTHENTICATE) and kind.absent and generation not in BASIC:
        # Its plan has seen getChallenge, and a sensor that has it is sent no password in the clear.
        return (failed(Code.ACCESS_DENIED),)
    return (failed(kind.code),)


def _blind_from(kind: Kind, step: Step) -> tuple[Outcome, ...]:
    """From a step after the upload on nothing that the sensor says can be understood."""
    match step:
        case Step.TRIGGER:
            return (unknown(Code.NO_RETURN if kind.silent else Code.UNHEALTHY),)
        case Step.FLASH:
            # Whether it was seen to go away depends on when it was asked.
            return (unknown(Code.NO_RETURN), unknown(Code.UNHEALTHY))
        case Step.REBOOT:
            return (unknown(Code.NO_RETURN),)
        case _:
            # A silence that begins right after the reboot may be over the time for getting well first.
            ends = (unknown(Code.NO_RETURN), unknown(Code.UNHEALTHY))
            return ends if kind.silent else ends[1:]
