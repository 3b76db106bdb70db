"""Makes the verdict events of a run's devices, with the keys that the operation has."""

from sicktui.model.enums import Action, Code, Operation, Verdict
from sicktui.model.event import VerdictReached
from sicktui.model.plan import PlanItem, RunSpec


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
    if item.action is Action.UPDATE:
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
