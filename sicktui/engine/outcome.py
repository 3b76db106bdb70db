"""From verdicts to the summary and the exit code of a run."""

from collections.abc import Iterable

from sicktui.model.enums import Action, Code, Operation, Verdict
from sicktui.model.event import Summarised, VerdictReached
from sicktui.model.exit_codes import ExitCode
from sicktui.model.plan import PlanItem


def plan_exit_code(items: Iterable[PlanItem]) -> int:
    """4 if something was refused and not one device may go, else 0."""
    actions = {item.action for item in items}
    return ExitCode.REFUSED if Action.REFUSE in actions and Action.UPDATE not in actions else ExitCode.OK


def exit_code(items: Iterable[PlanItem], verdicts: Iterable[VerdictReached]) -> int:
    """The contract's exit code of a finished run."""
    if plan_exit_code(items) == ExitCode.REFUSED:
        return ExitCode.REFUSED
    reached = list(verdicts)
    found = {event.verdict for event in reached}
    if Verdict.FAILED in found:
        return ExitCode.FAILED
    if Verdict.UNKNOWN in found:
        return ExitCode.UNKNOWN
    if Verdict.CANCELLED in found:
        # 130 promises that nothing was written; where some succeeded before the rest was cancelled,
        # a script must look closer.
        return ExitCode.FAILED if Verdict.SUCCEEDED in found else ExitCode.INTERRUPTED
    if any(event.verdict is Verdict.SKIPPED and event.code is not Code.ALREADY_CURRENT for event in reached):
        # Policy did not start it: not everything asked for holds, and nothing was written.
        return ExitCode.REFUSED
    return ExitCode.OK


def summarise(
    operation: Operation, items: Iterable[PlanItem], verdicts: Iterable[VerdictReached], *, run: str, ts: str
) -> Summarised:
    """The last line of a run."""
    reached = list(verdicts)
    counts = {verdict: sum(event.verdict is verdict for event in reached) for verdict in Verdict}
    return Summarised(
        ts=ts,
        run=run,
        operation=operation,
        verdicts={verdict: count for verdict, count in counts.items() if count},
        exit_code=exit_code(items, reached),
    )
