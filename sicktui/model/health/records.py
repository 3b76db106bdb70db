"""What is read of a sensor for its health, and what is concluded from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct, structs

from sicktui.model.device import Identity
from sicktui.model.health.limits import HealthLimits

if TYPE_CHECKING:
    from sicktui.model.measuring.evidence import MeasuringEvidence


class HealthState(StrEnum):
    """How a sensor is, in one word: the worst of its findings."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    ERROR = "error"


class Weight(StrEnum):
    """How much a finding matters."""

    NOTE = "note"
    """Worth knowing, and perhaps as intended: it does not change the state."""
    UNKNOWN = "unknown"
    """Something could not be read, so it is not judged."""
    WARNING = "warning"
    ERROR = "error"


WORST_FIRST: Final = (Weight.ERROR, Weight.WARNING, Weight.UNKNOWN, Weight.NOTE)
"""The order in which findings are shown."""


class VariableReading(Struct, frozen=True, kw_only=True):
    """A variable, as the sensor reported it."""

    name: str
    value: Any
    """JSON, not checked. Texts in it are not cleaned."""
    at: datetime
    """When it was read, by the clock of this PC."""


def read_at(at: datetime, values: Mapping[str, Any]) -> dict[str, VariableReading]:
    """Variables that were read at one moment, by name."""
    return {name: VariableReading(name=name, value=value, at=at) for name, value in values.items()}


class Remembered(Struct, frozen=True, kw_only=True):
    """What this PC knows of a sensor from before."""

    calibration: str | None = None
    """``MD5Calibration``, as it was read first."""
    calibration_since: str = ""
    """When that was (RFC 3339)."""
    trouble: str = ""
    """Why it is not known which calibration was read first: a sentence."""
    factory_login: Literal["no", "stored", "accepted"] = "no"
    """Whether the stored password is a published one, and whether this very sensor has accepted it."""


class Watch(Struct, frozen=True, kw_only=True):
    """What several looks at a sensor within some minutes have shown."""

    seconds: float
    """How long it was watched."""
    key: str | None
    """The sensor, by its serial number or MAC address; ``None``: it never answered."""
    looks: int = 0
    silent: int = 0
    """Looks without an answer."""
    troubles: Mapping[str, int] = {}
    """In how many looks each rule about its state held that is more than a note."""
    words: Sequence[str] = ()
    """The sentence of each."""
    first: float | None = None
    """Seconds from the begin to the first look that was not well; ``None``: all were well."""
    last: float | None = None
    restarted: float | None = None
    """Seconds from the begin until it was seen to have restarted."""
    versions: Sequence[str] = ()
    """The firmware of the first look, and the last one that was another."""

    @property
    def is_green(self) -> bool:
        """Whether it was well at every look."""
        return bool(self.looks) and self.first is self.restarted is None and len(self.versions) <= 1

    def ended(self, runs: str) -> "Watch":
        """The watch with the firmware of the reading that ends it.

        Args:
            runs: the version.
        """
        return structs.replace(self, versions=both_versions(self.versions, runs))


def both_versions(seen: Sequence[str], runs: str) -> tuple[str, ...]:
    """The first version of some, and the last one that was another."""
    return (*seen[:1], runs) if runs not in seen else tuple(seen)


class Readings(Struct, frozen=True, kw_only=True):
    """All that was read of a sensor at one time."""

    identity: Identity
    at: datetime
    """When the reading ended."""
    values: Mapping[str, VariableReading]
    """By variable."""
    unreadable: Mapping[str, str] = {}
    """By variable: why it could not be read."""
    absent: Sequence[str] = ()
    """Variables that its family is documented to have, and that it answers with Not Found."""
    before: Remembered = Remembered()
    limits: HealthLimits = HealthLimits()
    measuring: "MeasuringEvidence | None" = None
    """What was found out about whether it measures, where that was asked."""
    watch: Watch | None = None
    """What was seen while it was watched before this reading, where that was asked."""


class Finding(Struct, frozen=True, kw_only=True):
    """What is wrong with a sensor, or worth knowing."""

    code: str
    """The name of the rule."""
    level: Weight
    message: str
    advice: str
    since: str | None = None
    """When it was first seen (RFC 3339); ``None``: not known."""


def code_words(code: str) -> str:
    """The name of a rule in words, where the sentence of its finding is too long."""
    return code.replace("_", " ")


class Measure(Struct, frozen=True, kw_only=True):
    """A value that was understood."""

    name: str
    value: bool | int | float | str | Sequence[str]
    unit: str = ""
    at: datetime

    @property
    def is_number(self) -> bool:
        """Whether it can be drawn over time."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


class Report(Struct, frozen=True, kw_only=True):
    """The health of a sensor at one time."""

    state: HealthState
    findings: Sequence[Finding] = ()
    """The worst first."""
    measures: Sequence[Measure] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be done."""
        return self.state in (HealthState.ERROR, HealthState.WARNING)


_STATES: Final = {
    Weight.ERROR: HealthState.ERROR,
    Weight.WARNING: HealthState.WARNING,
    Weight.UNKNOWN: HealthState.UNKNOWN,
}


def report_of(findings: Sequence[Finding], measures: Sequence[Measure] = ()) -> Report:
    """The report with these findings: their order, and the state that follows from the worst.

    Args:
        findings: in any order.
        measures: the values that were understood.
    """
    ordered = sorted(findings, key=lambda finding: WORST_FIRST.index(finding.level))
    state = _STATES.get(ordered[0].level, HealthState.OK) if ordered else HealthState.OK
    return Report(state=state, findings=tuple(ordered), measures=tuple(measures))


class DeviceHealth(Struct, frozen=True, kw_only=True):
    """The health of the sensor of one device."""

    device: str
    at: datetime
    """When it was read."""
    identity: Identity | None = None
    """``None``: it could not be read."""
    readings: Readings | None = None
    """What the report follows from."""
    report: Report
    begun: Sequence[str] = ()
    """The findings that were not there at the reading before, by code."""
    ended: Sequence[str] = ()
    """Those that are gone."""


def not_read(code: str, message: str, advice: str = "") -> Report:
    """The report on a sensor that could not be read at all."""
    return report_of(
        [Finding(code=code or "unreadable", level=Weight.UNKNOWN, message=message, advice=advice)]
    )
