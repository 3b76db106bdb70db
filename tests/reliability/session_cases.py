"""Runs that follow their plan at once and go on with its login: what may have become of it by then."""

from collections.abc import Iterator
from typing import Final

from sicktui.model.enums import Code, Step
from sicktui.simulator.spec import Fault, GenerationName
from tests.reliability.case import GENERATIONS, SUCCEEDED, TOKENS, Case, Outcome, Planted, failed, unknown

ROW: Final = "with the login of its plan"
"""How their rows begin."""
_UPLOAD: Final = "PUT update"
_FILE: Final = "GET parameterbackup"
_WRONG_PASSWORD: Final = ("wrong response (password or hash chain)", "wrong Basic credentials")


def session_cases() -> Iterator[Case]:
    """The session is refused, lost with a restart, void with its password, or of another sensor."""
    for generation in GENERATIONS:
        yield _case("nothing goes wrong", "any", generation, None, (SUCCEEDED,))
        for status in (401, 403):
            for at, step in ((_FILE, Step.BACKUP), (_UPLOAD, Step.UPLOAD)):
                refused = Fault(name="token_refused", at=at, value=status)
                yield _case(f"token_refused {status}", step, generation, refused, _refused(generation, step))
        for step in (Step.PREFLIGHT, Step.BACKUP, Step.UPLOAD):
            # At the upload it has just been looked at: then the package goes to whoever answers.
            stranger = unknown if step is Step.UPLOAD else failed
            yield _case("other_sensor", step, generation, _at("other_sensor"), (stranger(Code.OTHER_DEVICE),))
            changed = (failed(Code.ACCESS_DENIED), failed(Code.UPLOAD_FAILED), failed(Code.BACKUP_FAILED))
            yield _case("password_changed", step, generation, _at("password_changed"), changed)
            locked = Fault(name="logins_locked", at="*", seconds=20.0)
            yield _case("logins_locked", step, generation, locked, (SUCCEEDED,))
        # A restart voids the token; whoever waits for the sensor logs in anew.
        yield _case("restarts", Step.PREFLIGHT, generation, _at("restarts"), (SUCCEEDED,))
        yield _case("restarts", Step.UPLOAD, generation, _at("restarts"), (failed(Code.NOT_STARTED),))


def _refused(generation: GenerationName, step: Step) -> tuple[Outcome, ...]:
    if generation in TOKENS:
        return (SUCCEEDED,)
    return (failed(Code.UPLOAD_FAILED if step is Step.UPLOAD else Code.BACKUP_FAILED), SUCCEEDED)


def _at(name: str) -> Fault:
    return Fault(name=name, at="*")


def _case(
    what: str,
    step: Step | str,
    generation: GenerationName,
    fault: Fault | None,
    expected: tuple[Outcome, ...],
) -> Case:
    where = step.value if isinstance(step, Step) else step
    planted = (Planted(fault=fault, step=step),) if fault is not None and isinstance(step, Step) else ()
    return Case(
        row=f"{ROW}: {what}",
        column=where,
        generation=generation,
        planted=planted,
        expected=expected,
        provoked=(*_WRONG_PASSWORD, "a login while logins are locked"),
        handed_over=True,
    )
