"""Lines about devices and their sensors."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from sicktui.model.enums import Code
from sicktui.model.health.records import Finding, HealthState
from sicktui.model.lines.base import Count, Line, Words
from sicktui.model.settings import AuthChoice, Scheme


class DeviceLine(Line, frozen=True, kw_only=True, tag="device"):
    """A device of the list: of ``devices list`` and ``show``, or what a command added, changed, removed."""

    device: str
    address: str
    user: str | None
    auth: AuthChoice | None
    scheme: Scheme | None
    tags: Words
    serial: str | None
    model: str | None
    note: str | None
    timing: dict[str, float] | None
    ca_file: str | None
    fingerprint: str | None
    segment: str | None
    pin: str | None
    change: Literal["added", "changed", "unchanged"] | UnsetType = UNSET
    removed: Literal[True] | UnsetType = UNSET
    seen: dict[str, str] | UnsetType = UNSET


class HealthLine(Line, frozen=True, kw_only=True, tag="health"):
    """What a sensor reports of itself, and what is wrong with it: ``health``."""

    device: str
    state: HealthState
    findings: Sequence[Finding]
    values: Mapping[str, bool | int | float | str | Words]
    model: str | None
    version: str | None
    serial: str | None


class NumberSpan(Struct, frozen=True, kw_only=True):
    """A number within an hour."""

    low: float
    high: float
    last: float


class HealthHourLine(Line, frozen=True, kw_only=True, tag="health_hour"):
    """A sensor within one hour: ``health --history``."""

    device: str
    sensor: str
    hour: str
    numbers: Mapping[str, NumberSpan]
    front: Words
    version: str | None


class HealthFindingLine(Line, frozen=True, kw_only=True, tag="health_finding"):
    """Something that was found of a sensor, and for how long: ``health --history``."""

    device: str
    sensor: str
    code: str
    since: str
    ended: str | None


class OverviewLine(Line, frozen=True, kw_only=True, tag="overview"):
    """``devices overview``: the devices with one model and firmware, and the newest package for them."""

    family: str | None
    model: str | None
    version: str | None
    devices: Words
    state: Literal["outdated", "current", "newer", "no_package", "unknown"]
    newest: str | None
    package: str | None
    approved: bool | None


class ProblemLine(Line, frozen=True, kw_only=True, tag="problem"):
    """What went wrong with one device; the ``error`` line is about the whole command."""

    device: str
    code: Code | None
    message: str
    advice: str


class DumpLine(Line, frozen=True, kw_only=True, tag="dump"):
    """``dump``: a diagnosis file that was fetched."""

    device: str
    file: str
    bytes: Count
    sha256: str
    serial: str | None
    version: str
    fresh: bool


class FindMeLine(Line, frozen=True, kw_only=True, tag="find_me"):
    """``find-me``: the sensor blinks."""

    device: str
    seconds: int


StepEnd = Literal["done", "failed"]


class StepLine(Line, frozen=True, kw_only=True, tag="step"):
    """A stage of a command without a run (``address``, ``dump``) began or ended."""

    device: str
    step: str
    state: Literal["started", "done", "failed"]
    detail: str
