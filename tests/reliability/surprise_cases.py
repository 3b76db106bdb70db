"""What sensors did that nobody had thought of: each was a wrong verdict once, or stands for the kind."""

from collections.abc import Iterator
from typing import Final

from sicktui.model.enums import Code, Step
from sicktui.simulator.spec import Fault
from tests.reliability.case import GENERATIONS, NEW, SUCCEEDED, Case, Outcome, Planted, failed, unknown

NO_COUNTER: Final = ("PowerOnCnt", "DailyOpHours", "LSPdatetime", "DateTime", "LFTchecksum")
"""Without these nothing but a silence can prove a reboot."""
_CLOCK_ONLY: Final = ("PowerOnCnt", "DailyOpHours", "LFTchecksum")
_UNCOUNTED: Final = NO_COUNTER[1:]
_AGAIN: Final = "again at the equal version"

_EARLY: Final = Fault(name="announces_early")
_BACK: Final = Fault(name="old_version")
_ABORTED: Final = Fault(name="flash_aborted", seconds=3.0)
_STAGE: Final = Fault(name="second_stage", seconds=4.0)
_FIXED: Final = Fault(name="power_on_not_counted")
_LATER: Final = Fault(name="autostart", seconds=1.5)

_Row = tuple[str, Outcome, tuple[Fault, ...], tuple[str, ...]]
"""Its name, what is right, its faults, and the endpoints that the sensor does not have."""

_LIVES: Final[tuple[tuple[Step, _Row], ...]] = (
    (Step.TRIGGER, ("verifies_first", SUCCEEDED, (Fault(name="verifies_first", seconds=4.0),), ())),
    (Step.TRIGGER, ("verifies_first, longer", SUCCEEDED, (Fault(name="verifies_first", seconds=7.0),), ())),
    (Step.FLASH, ("flash_aborted", failed(Code.VERSION_MISMATCH), (_ABORTED,), ())),
    (Step.FLASH, ("flash_aborted, no counter", failed(Code.VERSION_MISMATCH), (_ABORTED,), NO_COUNTER)),
    (Step.REBOOT, ("no fault, no counter", SUCCEEDED, (), NO_COUNTER)),
    (Step.REBOOT, ("announces_early", SUCCEEDED, (_EARLY,), ())),
    (Step.REBOOT, ("announces_early, no counter", unknown(Code.NO_RETURN), (_EARLY,), NO_COUNTER)),
    (Step.REBOOT, ("announces_early, old_version", failed(Code.VERSION_MISMATCH), (_EARLY, _BACK), ())),
    (
        Step.REBOOT,
        (
            "announces_early, old_version, no counter",
            failed(Code.VERSION_MISMATCH),
            (_EARLY, _BACK),
            NO_COUNTER,
        ),
    ),
    (
        Step.REBOOT,
        (
            "announces_early, no_reboot",
            unknown(Code.VERSION_MISMATCH),
            (_EARLY, Fault(name="no_reboot")),
            (),
        ),
    ),
    (Step.REBOOT, ("power_on_not_counted", SUCCEEDED, (_FIXED,), ())),
    (Step.REBOOT, ("power_on_not_counted, nothing else counts", SUCCEEDED, (_FIXED,), _UNCOUNTED)),
    (Step.VERIFY, ("second_stage", SUCCEEDED, (_STAGE,), ())),
    (
        Step.VERIFY,
        (
            "second_stage, rolls_back",
            failed(Code.VERSION_MISMATCH),
            (_STAGE, Fault(name="rolls_back", seconds=0.5)),
            (),
        ),
    ),
    (
        Step.VERIFY,
        ("state_after_boot, 3", unknown(Code.UPDATE_ERROR), (Fault(name="state_after_boot"),), ()),
    ),
    (
        Step.VERIFY,
        (
            "state_after_boot, 3, old_version",
            failed(Code.UPDATE_ERROR),
            (Fault(name="state_after_boot"), _BACK),
            (),
        ),
    ),
    (Step.VERIFY, ("state_after_boot, 2", SUCCEEDED, (Fault(name="state_after_boot", value=2),), ())),
    (Step.VERIFY, ("serial_with_zeros", SUCCEEDED, (Fault(name="serial_with_zeros"),), ())),
    (Step.VERIFY, ("serial_appears", SUCCEEDED, (Fault(name="serial_appears"),), ())),
    *(
        (
            Step.VERIFY,
            (
                f"version_spelling, {value}",
                SUCCEEDED,
                (Fault(name="version_spelling", value=value),),
                (),
            ),
        )
        for value in ("V", "NUL", "bare")
    ),
    (
        Step.VERIFY,
        (
            "version_spelling, V, no FirmwareVersion",
            unknown(Code.VERSION_MISMATCH),
            (Fault(name="version_spelling", value="V"),),
            ("FirmwareVersion",),
        ),
    ),
    (
        Step.VERIFY,
        (
            "version_spelling, V, old_version",
            failed(Code.VERSION_MISMATCH),
            (Fault(name="version_spelling", value="V"), _BACK),
            (),
        ),
    ),
)

_FORCED: Final[tuple[_Row, ...]] = (
    (_AGAIN, SUCCEEDED, (), ()),
    (f"{_AGAIN}, no counter", unknown(Code.NO_RETURN), (), NO_COUNTER),
    (f"{_AGAIN}, power_on_not_counted", SUCCEEDED, (_FIXED,), ()),
    (f"{_AGAIN}, power_on_not_counted, nothing else counts", unknown(Code.NO_RETURN), (_FIXED,), _UNCOUNTED),
    (f"{_AGAIN}, only a clock that starts in 1970 counts", SUCCEEDED, (), _CLOCK_ONLY),
    (f"{_AGAIN}, flash_aborted", unknown(Code.NO_RETURN), (_ABORTED,), ()),
    (f"{_AGAIN}, flash_aborted, no counter", unknown(Code.NO_RETURN), (_ABORTED,), NO_COUNTER),
)


def surprise_cases() -> Iterator[Case]:
    """Every row on every generation."""
    for generation in GENERATIONS:
        for step, row in _LIVES:
            yield _case(step, row, generation)
        for row in _FORCED:
            yield _case(Step.FLASH, row, generation, force=True)
        for name, value in (("http_503", 504), ("html", None)):
            answer = Fault(name=name, at="PUT update", value=value, times=1, acts=True)
            yield Case(
                row=f"PUT update: {name}, done, then it starts by itself",
                column=Step.UPLOAD.value,
                generation=generation,
                planted=(Planted(fault=answer, step=Step.UPLOAD), Planted(fault=_LATER)),
                expected=(SUCCEEDED,),
            )
        refused = Fault(name="http_503", at="PUT update", value=401, times=1, acts=True)
        gone = Fault(name="link_lost", at="*", when="uploaded", seconds=9_000.0)
        yield Case(
            row="PUT update: 401 after all of it was sent, then link_lost",
            column=Step.UPLOAD.value,
            generation=generation,
            planted=tuple(Planted(fault=fault, step=Step.UPLOAD) for fault in (refused, gone)),
            expected=(unknown(Code.NO_RETURN),),
        )


def _case(step: Step, row: _Row, generation: str, *, force: bool = False) -> Case:
    name, expected, faults, hidden = row
    return Case(
        row=name,
        column=step.value,
        generation=generation,  # type: ignore[arg-type]
        planted=tuple(Planted(fault=fault) for fault in faults),
        expected=(expected,),
        changes={"hidden": hidden, **({"version": NEW} if force else {})},
        force=force,
    )
