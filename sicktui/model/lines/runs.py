"""Lines about the reports of runs, and about their end."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from sicktui.model.enums import Code, Operation, RunState, Verdict
from sicktui.model.lines.base import Count, Line, Words


class ReportLine(Line, frozen=True, kw_only=True, tag="report"):
    """``runs report``: a whole run; times in RFC 3339, lengths in seconds."""

    run: str
    operation: Operation
    state: RunState
    started: str
    finished: str | None
    seconds: float | None
    user: str
    host: str
    ssh_client: str | None
    retry_of: str | None
    package: str | None
    package_sha256: str | None
    package_bytes: int | None
    options: Words
    verdicts: dict[Verdict, int]
    exit_code: int | None
    devices: list[dict[str, Any]]
    causes: list[dict[str, Any]]
    log: Words
    timeline: dict[str, Any]
    order: str | None
    proof: dict[str, Any]


class PlanWritten(Line, frozen=True, kw_only=True, tag="plan_file"):
    """``plan --output``: the file of the plan."""

    file: str
    bytes: Count
    devices: Count


class Verified(Line, frozen=True, kw_only=True, tag="verified"):
    """``runs verify``: whether the record of a run is what was written."""

    run: str
    intact: bool | None
    trouble: str
    head: str | None
    events: Count
    original_head: str | None


class PrunedRun(Line, frozen=True, kw_only=True, tag="prune"):
    """``runs prune``: a run whose details would be deleted, or were."""

    run: str
    deleted: bool
    events: Count
    bytes: Count


class ReportWritten(Line, frozen=True, kw_only=True, tag="report"):
    """``runs report --output``: the file of the report."""

    run: str
    format: Literal["html", "md", "csv", "json"]
    file: str
    bytes: Count


class DeviceEnded(Struct, frozen=True, kw_only=True):
    """The verdict of a device."""

    device: str
    verdict: Verdict
    code: Code | None


class RunEnded(Line, frozen=True, kw_only=True, tag="run_ended"):
    """What ``notify.url`` and ``notify.command`` are sent when a run has ended. No command prints it."""

    run: str
    operation: Operation
    state: RunState
    verdicts: dict[Verdict, Count]
    exit_code: int
    devices: Sequence[DeviceEnded]
