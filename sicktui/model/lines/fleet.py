"""Lines about a fleet of plant PCs: ``sicktui fleet``."""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from sicktui.model.enums import Code, Operation, Step, StepState, Verdict
from sicktui.model.lines.base import Count, Line, Words

RolloutState = Literal["ordered", "running", "waiting", "finished", "cancelled"]


class PcLine(Line, frozen=True, kw_only=True, tag="pc"):
    """``fleet status``: a PC of the fleet."""

    pc: str
    state: Literal["ready", "silent", "other_protocol"]
    protocol: str
    version: str
    silence: float
    """Seconds since it reported last."""
    devices: Count
    orders: Words
    """Those that it works on."""


class FleetTables(Line, frozen=True, kw_only=True, tag="fleet_tables"):
    """``fleet setup``: the tables that are there now."""

    where: str
    protocol: str


class RolloutLine(Line, frozen=True, kw_only=True, tag="rollout"):
    """Of each command for rollouts: a rollout as it is now."""

    rollout: str
    state: RolloutState
    operation: Operation
    wave: Count
    waves: Count
    waits_for: str | None
    message: str
    started: str
    given_by: str
    devices: Count


class OrderLine(Line, frozen=True, kw_only=True, tag="order"):
    """``fleet attach`` and ``status``: one PC's part of a wave."""

    rollout: str
    order: str
    pc: str
    wave: Count
    state: Literal["given", "ended", "overdue"]
    devices: Words
    run: str | None
    head: str | None


class FleetPlanLine(Line, frozen=True, kw_only=True, tag="plan"):
    """``fleet plan``: what a rollout would do with a device."""

    pc: str
    device: str
    action: Literal["update", "refuse"]
    reason: Code | None
    message: str
    from_version: str | None
    to_version: str | None
    wave: str | UnsetType = UNSET


class FleetVerdict(Line, frozen=True, kw_only=True, tag="verdict"):
    """The verdict of a device of a rollout; the keys are those of a run on its PC."""

    rollout: str
    pc: str
    device: str
    operation: Operation
    verdict: Verdict
    code: Code | None
    message: str
    advice: str
    seconds: float
    order: str | None
    late: bool
    """Whether it replaced the verdict unknown of an order that was past its deadline."""
    run: str | None
    serial: str | None
    backup: str | None
    from_version: str | None | UnsetType = UNSET
    to_version: str | None | UnsetType = UNSET
    package_sha256: str | None | UnsetType = UNSET
    downtime_seconds: float | None | UnsetType = UNSET
    sha256: str | None | UnsetType = UNSET
    bytes: int | None | UnsetType = UNSET


class FleetStep(Line, frozen=True, kw_only=True, tag="step"):
    """``fleet attach``: a step of a job on a PC began or ended."""

    rollout: str
    pc: str
    device: str
    step: Step
    state: StepState
    detail: str


class FleetUpdateState(Line, frozen=True, kw_only=True, tag="update_state"):
    """``fleet attach``: a sensor answered a read of ``UpdateState`` with a value other than the last."""

    rollout: str
    pc: str
    device: str
    value: int
    name: str


class ActLine(Line, frozen=True, kw_only=True, tag="act"):
    """``fleet status ROLLOUT``: what a person did with it, as the database recorded it."""

    rollout: str
    act: Literal["run", "approve", "cancel"]
    given_by: str
    at: str
    role: str
    client: str | None


class FleetReport(Line, frozen=True, kw_only=True, tag="report"):
    """``fleet report``: a whole rollout; times in RFC 3339, lengths in seconds."""

    rollout: str
    operation: Operation
    state: RolloutState
    ordered: str
    finished: str | None
    given_by: str
    package_sha256: str | None
    expect_version: str | None
    options: Words
    wave: Count
    waves: Count
    verdicts: dict[Verdict, int]
    exit_code: int | None
    acts: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    devices: list[dict[str, Any]]
    causes: list[dict[str, Any]]


class FleetReportWritten(Line, frozen=True, kw_only=True, tag="report"):
    """``fleet report --output``: the file of the report."""

    rollout: str
    format: Literal["html", "md", "csv", "json"]
    file: str
    bytes: Count


class FleetSummary(Line, frozen=True, kw_only=True, tag="summary"):
    """The last line of ``fleet run`` and ``attach``."""

    operation: Operation
    rollout: str
    verdicts: dict[Verdict, Count]
    exit_code: int
