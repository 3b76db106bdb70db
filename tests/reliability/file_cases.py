"""Backups and restores on their own: every fault of theirs, and the world's at every step of them."""

from collections.abc import Iterator
from typing import Final

from msgspec import structs

from sicktui.model.enums import STEPS, Code, Operation, Step
from sicktui.simulator.generations import GENERATIONS as API
from sicktui.simulator.spec import Fault, GenerationName
from tests.reliability.case import GENERATIONS, SUCCEEDED, Case, Outcome, Planted, failed, unknown
from tests.reliability.wire_cases import KINDS, LASTING, ONCE, TWICE, Kind

_WRONG_PASSWORD: Final = ("wrong response (password or hash chain)", "wrong Basic credentials")
_TOO_MANY: Final = ("requests in a second",)
_NO_BACKUP: Final = (failed(Code.BACKUP_FAILED),)
_REJECTED: Final = (failed(Code.RESTORE_REJECTED),)
_BACKUPS: Final[tuple[tuple[str, tuple[Outcome, ...]], ...]] = (
    ("backup_false", _NO_BACKUP),
    ("backup_pending_forever", _NO_BACKUP),
    ("backup_growing", (SUCCEEDED,)),
    ("backup_empty", _NO_BACKUP),
    ("backup_html", _NO_BACKUP),
    ("backup_error_object", _NO_BACKUP),
    ("backup_truncated", _NO_BACKUP),
    ("backup_denied", (failed(Code.ACCESS_DENIED),)),
)
RESULTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50, 77)
"""Every ``RestoreResult`` of the vendor's OpenAPI but Ok, and one that it does not know."""
_PENDING: Final[dict[GenerationName, Outcome]] = {
    "firmware-article": unknown(Code.RESTORE_REJECTED),
    "auth-article": unknown(Code.RESTORE_REJECTED),
    "picoscan-2.3.3": unknown(Code.BUSY),
}
"""What becomes of a restore that never ends: some have no way to ask, one has, the others restore at once."""
_SILENT: Final[tuple[GenerationName, ...]] = ("firmware-article", "auth-article")
"""Those that report no result of a restore; its end stays open."""
_ENDLESS: Final[tuple[GenerationName, ...]] = (*_SILENT, "picoscan-2.2.1")
"""Those that report no end of what they have taken on (``Result`` true)."""
_CHECKSUM: Final[tuple[GenerationName, ...]] = ("picoscan-2.2.1", "picoscan-2.3.3")
"""Those with an ``MD5Parameters``."""
_LASTING: Final = ("status 4", "cut_reply", "not_json")


def file_cases() -> Iterator[Case]:
    """All of them, and the family that has no backups."""
    for generation in GENERATIONS:
        yield from _backups(generation)
        yield from _restores(generation)
        for operation in (Operation.BACKUP, Operation.RESTORE):
            for step in struck_steps(operation):
                yield from _disturbances(operation, step, generation)
    refused = (failed(Code.NOT_SUPPORTED),)
    yield Case(
        row="no fault",
        column="backup: create",
        operation=Operation.BACKUP,
        generation="lrs4000-1.9.1",
        planted=(),
        expected=refused,
    )


def struck_steps(operation: Operation) -> tuple[Step, ...]:
    """The steps in which the sensor is asked anything: the PC stores a backup alone."""
    return tuple(step for step in STEPS[operation] if step is not Step.STORE)


def _backups(generation: GenerationName) -> Iterator[Case]:
    yield _case(Operation.BACKUP, "no fault", "any", generation, (), (SUCCEEDED,))
    for name, expected in _BACKUPS:
        yield _case(Operation.BACKUP, name, "create", generation, _early(name), expected)
    slow = (Planted(fault=Fault(name="backup_slow", seconds=4.0)),)
    yield _case(Operation.BACKUP, "backup_slow", "create", generation, slow, (SUCCEEDED,))
    either = (SUCCEEDED, *_NO_BACKUP)
    for name in ("backup_damaged", "backup_stale_file"):
        # What cannot be compared counts; how sure its age is stands in its metadata.
        yield _case(Operation.BACKUP, name, "create", generation, _early(name), either, deceiving=True)


def _restores(generation: GenerationName) -> Iterator[Case]:
    operation = Operation.RESTORE
    yield _case(operation, "no fault", "any", generation, (), (SUCCEEDED,))
    unproven = (unknown(Code.RESTORE_REJECTED),)
    ended = unproven if generation in _SILENT else _REJECTED
    for code in RESULTS:
        fault = _early("restore_code", value=code)
        yield _case(operation, f"restore_code, {code}", "activate", generation, fault, ended)
    pending = (_PENDING.get(generation, SUCCEEDED),)
    fault = _early("restore_pending_forever")
    yield _case(operation, "restore_pending_forever", "activate", generation, fault, pending)
    ended = unproven if generation in _ENDLESS else _REJECTED
    fault = _early("restore_parameters_failed", value="ScanDataFormat")
    yield _case(operation, "restore_parameters_failed", "activate", generation, fault, ended)
    fault = _early("restore_silently_partial", value="ScanDataFormat")
    yield _case(operation, "restore_silently_partial", "activate", generation, fault, ended)
    yield _case(operation, "restore_reboots", "activate", generation, _early("restore_reboots"), (SUCCEEDED,))
    stale = _early("restore_stale_result")
    yield _case(operation, "restore_stale_result", "activate", generation, stale, ended)
    first = _early("restore_replies_first")
    yield _case(operation, "restore_replies_first", "activate", generation, first, (SUCCEEDED,))
    yield from _done_and_answered_badly(generation)
    if generation in _CHECKSUM:
        yield _unreadable(generation)
    for step in struck_steps(operation):
        if step is not Step.AUTHENTICATE:  # some read nothing there
            yield from _bad_reads(step, generation)


def _done_and_answered_badly(generation: GenerationName) -> Iterator[Case]:
    """Acts of a restore that are done whatever the answer is: they are read back."""
    saving = API[generation].persist[0]
    for step, at in ((Step.ACTIVATE, "RestoreParameterBackup"), (Step.PERSIST, saving)):
        for row, kind, value in (
            ("http_503", "http_503", 500),
            ("html", "html", None),
            ("status 9", "status", 9),
            ("HTTP 429", "too_many_requests", None),
        ):
            fault = Fault(name=kind, at=f"POST {at}", value=value, times=1, acts=True)
            planted = (Planted(fault=fault, step=step),)
            name = f"POST {at}: {row}, done, once"
            yield _case(Operation.RESTORE, name, step.value, generation, planted, (SUCCEEDED,))


def _unreadable(generation: GenerationName) -> Case:
    """What cannot be read is left out: only MD5Parameters shows it."""
    fault = _early("restore_silently_partial", value="ScanDataFormat")
    row = "restore_silently_partial, of what cannot be read"
    expected = (unknown(Code.RESTORE_REJECTED),)
    case = _case(Operation.RESTORE, row, "verify", generation, fault, expected)
    return structs.replace(case, changes={"hidden": ("ScanDataFormat",)})


def _bad_reads(step: Step, generation: GenerationName) -> Iterator[Case]:
    for often, times in ((ONCE, 1), (TWICE, 2), (LASTING, None)):
        fault = Fault(name="http_503", at="GET *", times=times)
        planted = (Planted(fault=fault, step=step, lasting=times is None),)
        row = f"http_503 at reads, {often}"
        yield _case(Operation.RESTORE, row, step.value, generation, planted, ())


def _disturbances(operation: Operation, step: Step, generation: GenerationName) -> Iterator[Case]:
    for kind in KINDS:
        for times in (ONCE, LASTING) if kind.row in _LASTING else (ONCE,):
            yield _wire(operation, kind, times, step, generation)
    for row, fault, provoked in (
        ("link_lost, for a moment", Fault(name="link_lost", at="*", seconds=3.9), ()),
        ("link_lost, for good", Fault(name="link_lost", at="*", seconds=9_000.0), ()),
        ("restarts", Fault(name="restarts", at="*"), ()),
        ("other_sensor", Fault(name="other_sensor", at="*"), ()),
        ("password_changed", Fault(name="password_changed", at="*"), _WRONG_PASSWORD),
        ("rate_limit", Fault(name="rate_limit", rate=1.0, seconds=6.0, times=1), _TOO_MANY),
    ):
        planted = (Planted(fault=fault, step=step),)
        yield _case(operation, row, step.value, generation, planted, (), provoked)


def _wire(operation: Operation, kind: Kind, times: str, step: Step, generation: GenerationName) -> Case:
    fault = kind.fault("*", times=1 if times == ONCE else None)
    planted = (Planted(fault=fault, step=step, lasting=times == LASTING),)
    return _case(operation, f"{kind.row}, {times}", step.value, generation, planted, ())


def _early(name: str, *, value: int | str | None = None) -> tuple[Planted, ...]:
    return (Planted(fault=Fault(name=name, value=value)),)


def _case(
    operation: Operation,
    row: str,
    column: str,
    generation: GenerationName,
    planted: tuple[Planted, ...],
    expected: tuple[Outcome, ...],
    provoked: tuple[str, ...] = (),
    *,
    deceiving: bool = False,
) -> Case:
    return Case(
        row=row,
        column=f"{operation.value}: {column}",
        operation=operation,
        generation=generation,
        planted=planted,
        expected=expected,
        provoked=provoked,
        deceiving=deceiving,
    )
