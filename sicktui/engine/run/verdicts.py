"""From the verdicts of a run's devices to its summary and exit code."""

from collections.abc import Iterable, Sequence
from typing import Final

from sicktui.model.enums import Action, Code, Operation, Verdict, count_verdicts
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import Summarised, VerdictReached
from sicktui.model.run.plan import PlanItem, RunSpec

_AS_ASKED: Final = frozenset({Code.ALREADY_CURRENT, Code.PINNED})
"""Codes of skipped devices with which all that was asked for holds: a pin was asked for, too."""


def verdict_event(
    spec: RunSpec,
    item: PlanItem,
    verdict: Verdict,
    *,
    ts: str,
    code: Code | None = None,
    message: str = "",
    advice: str = "",
    seconds: float = 0.0,
    **known: str | float | None,
) -> VerdictReached:
    """One device's verdict.

    Args:
        spec: the run.
        item: the device's part of the plan.
        verdict: how it ended.
        ts: when.
        code: why, where it is not a plain success.
        message: what happened, in words.
        advice: what to do next, in words.
        seconds: how long the job took.
        known: what the operation's own keys say; those left out are null.
    """
    own = _own_keys(spec, item)
    return VerdictReached(
        ts=ts,
        run=spec.run,
        device=item.device,
        operation=spec.operation,
        verdict=verdict,
        code=code,
        message=message,
        advice=advice,
        seconds=round(seconds, 3),
        **(own | {key: value for key, value in known.items() if key in own}),  # type: ignore[arg-type]
    )


def _own_keys(spec: RunSpec, item: PlanItem) -> dict[str, str | float | None]:
    """The keys that the operation's verdicts have, with what the plan knows already."""
    if spec.operation is Operation.UPDATE:
        return {
            "from_version": item.from_version,
            "to_version": item.to_version,
            "serial": item.identity.serial if item.identity else None,
            "package_sha256": spec.package.sha256 if spec.package else None,
            "backup": None,
            "downtime_seconds": None,
        }
    if spec.operation is Operation.BACKUP:
        return {"serial": None, "backup": None, "sha256": None, "bytes": None}
    return {"serial": None, "backup": spec.backup_of(item.device)}


def planned_verdict(spec: RunSpec, item: PlanItem, ts: str) -> VerdictReached | None:
    """The verdict of a device that the plan has decided already; ``None`` for one that may go."""
    if item.may_go:
        return None
    return verdict_event(
        spec,
        item,
        Verdict.SKIPPED if item.action is Action.SKIP else Verdict.FAILED,
        ts=ts,
        code=item.reason,
        message=item.message,
        advice=item.advice,
    )


def plan_exit_code(items: Iterable[PlanItem]) -> int:
    """4 if something was refused and not one device may go, else 0."""
    actions = {item.action for item in items}
    return ExitCode.REFUSED if Action.REFUSE in actions and Action.UPDATE not in actions else ExitCode.OK


def exit_code(items: Iterable[PlanItem], verdicts: Iterable[VerdictReached]) -> int:
    """The contract's exit code of a finished run."""
    if plan_exit_code(items) == ExitCode.REFUSED:
        return ExitCode.REFUSED
    return exit_code_for([(event.verdict, event.code) for event in verdicts])


def exit_code_for(reached: Sequence[tuple[Verdict, Code | None]]) -> int:
    """The exit code of verdicts with their codes, where not all were refused by a plan."""
    found = {verdict for verdict, _ in reached}
    if Verdict.FAILED in found:
        return ExitCode.FAILED
    if Verdict.UNKNOWN in found:
        return ExitCode.UNKNOWN
    if Verdict.CANCELLED in found:
        # 130 promises that nothing was written; where some succeeded before the rest was cancelled,
        # a script must look closer.
        return ExitCode.FAILED if Verdict.SUCCEEDED in found else ExitCode.INTERRUPTED
    if any(verdict is Verdict.SKIPPED and code not in _AS_ASKED for verdict, code in reached):
        # Policy did not start it: not everything asked for holds, and nothing was written.
        return ExitCode.REFUSED
    return ExitCode.OK


def summarise(
    operation: Operation, items: Iterable[PlanItem], verdicts: Iterable[VerdictReached], *, run: str, ts: str
) -> Summarised:
    """The last line of a run."""
    reached = list(verdicts)
    return Summarised(
        ts=ts,
        run=run,
        operation=operation,
        verdicts=count_verdicts(event.verdict for event in reached),
        exit_code=exit_code(items, reached),
    )
