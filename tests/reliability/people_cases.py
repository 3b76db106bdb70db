"""What others do to a sensor while it is updated: at every step, on every generation."""

from collections.abc import Iterator
from typing import Final

from sicktui.model.enums import Code, Step
from sicktui.simulator.spec import Fault, GenerationName
from tests.reliability.case import (
    CURRENT,
    GENERATIONS,
    NEW,
    SUCCEEDED,
    Case,
    Outcome,
    Planted,
    failed,
    unknown,
)
from tests.reliability.life_cases import EARLIER

STEPS: Final = (
    Step.PREFLIGHT,
    Step.BACKUP,
    Step.AUTHENTICATE,
    Step.UPLOAD,
    Step.TRIGGER,
    Step.FLASH,
    Step.REBOOT,
    Step.VERIFY,
)


_BEFORE: Final = STEPS[:4]
"""The steps in which nothing of the firmware was written yet."""
_WRONG_PASSWORD: Final = ("wrong response (password or hash chain)", "wrong Basic credentials")
_INTO_A_LOCK: Final = ("a login while logins are locked",)
_TOO_MANY: Final = ("requests in a second",)
_OF_OTHERS: Final = {NEW: "to the same firmware", EARLIER: "to another firmware"}


def people_cases() -> Iterator[Case]:
    """Every disturbance at the first request of every step, and other people's updates where they hurt."""
    for generation in GENERATIONS:
        for step in STEPS:
            yield from _disturbances(step, generation)
        for version in _OF_OTHERS:
            yield from _other_updates(version, generation)


def _disturbances(step: Step, generation: GenerationName) -> Iterator[Case]:
    early = step in _BEFORE
    gone = failed(Code.UNREACHABLE) if early else unknown(Code.NO_RETURN)
    watched = not early or step is Step.UPLOAD
    back = SUCCEEDED if watched else failed(Code.UNREACHABLE)
    yield _case("link_lost, for a moment", step, generation, _at("link_lost", seconds=3.9), (back,))
    yield _case("link_lost, for good", step, generation, _at("link_lost", seconds=9_000.0), (gone,))
    yield _case("restarts", step, generation, _at("restarts"), _restarted(step))
    swapped = failed(Code.OTHER_DEVICE) if early else unknown(Code.OTHER_DEVICE)
    yield _case("other_sensor", step, generation, _at("other_sensor"), (swapped,))
    locked_out = early or step is Step.TRIGGER
    expected = failed(Code.ACCESS_DENIED) if locked_out else SUCCEEDED
    yield _case("password_changed", step, generation, _at("password_changed"), (expected,), _WRONG_PASSWORD)
    locked = _at("logins_locked", seconds=20.0)
    yield _case("logins_locked", step, generation, locked, (SUCCEEDED,), _INTO_A_LOCK)
    muted = (SUCCEEDED, failed(Code.UNREACHABLE), failed(Code.BACKUP_FAILED)) if early else (SUCCEEDED,)
    limit = Fault(name="rate_limit", rate=1.0, seconds=6.0, times=1)
    yield _case("rate_limit", step, generation, limit, muted, _TOO_MANY)


def _restarted(step: Step) -> tuple[Outcome, ...]:
    match step:
        case Step.TRIGGER:
            return (failed(Code.NOT_STARTED),)
        case Step.FLASH:
            return (failed(Code.VERSION_MISMATCH),)
        case Step.REBOOT:
            # It had flashed already, or had not yet.
            return (SUCCEEDED, failed(Code.VERSION_MISMATCH))
        case Step.PREFLIGHT | Step.UPLOAD | Step.VERIFY:
            return (SUCCEEDED,)
        case _:
            return (failed(Code.UNREACHABLE),)


def _other_updates(version: str, generation: GenerationName) -> Iterator[Case]:
    busy = (failed(Code.BUSY),)
    # Somebody else's flash that is met after the upload is watched to its end: its version decides.
    ended = (SUCCEEDED,) if version == NEW else (failed(Code.VERSION_MISMATCH),)
    already = (CURRENT,) if version == NEW else ()
    meanwhile = (*busy, *already, failed(Code.UNREACHABLE))
    second = ("an upload during", "a second flash")
    for step, at, when, expected, provoked in (
        (Step.PREFLIGHT, "GET UpdateState", "idle", busy, ()),
        (Step.BACKUP, "*", "idle", (*meanwhile, failed(Code.BACKUP_FAILED)), ()),
        (Step.AUTHENTICATE, "*", "idle", meanwhile, ()),
        (Step.UPLOAD, "GET UpdateState", "idle", busy, ()),
        (Step.UPLOAD, "PUT update", "idle", ended, second),
        (Step.TRIGGER, "GET UpdateState", "uploaded", ended, ()),
        (Step.TRIGGER, "POST RunFirmwareUpdate", "uploaded", ended, second),
    ):
        fault = Fault(name="other_update_running", at=at, value=version, when=when)  # type: ignore[arg-type]
        where = "" if at == "*" else f", at {at}"
        row = f"other_update_running, {_OF_OTHERS[version]}{where}"
        yield _case(row, step, generation, fault, expected, provoked)


def _at(name: str, *, seconds: float | None = None) -> Fault:
    return Fault(name=name, at="*", seconds=seconds)


def _case(
    row: str,
    step: Step,
    generation: GenerationName,
    fault: Fault,
    expected: tuple[Outcome, ...],
    provoked: tuple[str, ...] = (),
) -> Case:
    return Case(
        row=row,
        column=step.value,
        generation=generation,
        planted=(Planted(fault=fault, step=step),),
        expected=expected,
        provoked=provoked,
    )
