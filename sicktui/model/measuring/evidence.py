"""All that is known about whether a sensor measures, and in words what it is worth."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from sicktui.model.families import PICO120, PICO150, family_of
from sicktui.model.measuring.receiving import Way
from sicktui.model.measuring.stream import Heard
from sicktui.model.variable import Unreadable, part, whole, yes_or_no
from sicktui.model.wording import count, names

MOVING: Final = {"FieldEvaluationResult": "Timestamp", "perpendicularDistanceResult": "timestamp"}
"""Variables with the moment of the scan that was evaluated last: the field that has it."""
PACE: Final = ("ScanConfig", "LFPintervalFilter", "LFPangleRangeFilter")
"""Variables that decide how many datagrams are sent."""
_SLOWEST, _FASTEST = 1500, 5000
"""``udiScanFreq``, in hundredths of a hertz."""
_FEW_FROM: Final = 30.0
"""Hertz from which on a revolution has 5 segments; up to 25 Hz it has 10 (guide, compact format)."""
_MANY_TO: Final = 25.0
_SLOW: Final = 0.8
"""The part of the promised rate below which a stream is slow: the clock of a busy PC is not exact."""


class Worth(StrEnum):
    """What is known about whether a sensor measures, the best evidence."""

    RECEIVED = "received"
    """Its datagrams were received: proven."""
    EVALUATED = "evaluated"
    """It evaluates scans, as its own moments of measuring move."""
    REPORTED = "reported"
    """It reports so."""
    DENIED = "denied"
    """It reports that it does not."""
    NONE = "none"
    """Nothing."""


class Promise(Struct, frozen=True, kw_only=True):
    """How many datagrams a sensor should send by its settings."""

    segments: int
    """In a revolution."""
    rate: float
    """Datagrams a second."""
    hertz: float


class MeasuringEvidence(Struct, frozen=True, kw_only=True):
    """What was found out about one sensor."""

    way: Way
    heard: Heard | None = None
    """``None``: it was not listened."""
    why_not: str = ""
    """Why it was not listened although the stream comes to this PC: a sentence."""
    moved: Sequence[str] = ()
    """Variables whose moment of measuring was another one at a second reading."""
    promise: Promise | None = None
    """``None``: not known, or an angle filter drops some datagrams."""

    def worth(self, *, measures: bool | None) -> Worth:
        """The best evidence.

        Args:
            measures: whether the sensor reports that it measures; ``None``: it does not report it.
        """
        if self.heard is not None and self.heard.is_proven:
            return Worth.RECEIVED
        if measures is False:
            return Worth.DENIED
        if self.moved:
            return Worth.EVALUATED
        return Worth.REPORTED if measures else Worth.NONE

    @property
    def is_silent(self) -> bool:
        """Whether this PC should get the stream, and it was listened, and nothing of this sensor came."""
        heard = self.heard
        return heard is not None and not (heard.good or heard.repeated or heard.damaged)

    @property
    def is_slow(self) -> bool:
        """Whether clearly fewer datagrams are sent than the settings promise."""
        rate = self.heard.rate if self.heard else None
        return rate is not None and self.promise is not None and rate < _SLOW * self.promise.rate

    @property
    def why(self) -> str:
        """Why nothing was received: a sentence, or nothing."""
        return self.why_not or self.way.why

    @property
    def received(self) -> str:
        """What was received of the sensor: ``97 datagrams of it in 0.5 s``."""
        heard = self.heard
        if heard is None:
            return ""
        details = [heard.format.value] if heard.format else []
        if self.promise is not None and heard.segments:
            details.append(f"{len(heard.segments)} of {self.promise.segments} segments")
        if heard.rate is not None:
            details.append(f"{heard.rate:.0f} a second")
        if heard.missing:
            details.append(f"{heard.missing} lost on the way")
        more = f" ({', '.join(details)})" if details else ""
        return f"{count(heard.good, 'datagram')} of it in {heard.seconds:.1f} s{more}"


def other_serials(heard: Heard) -> str:
    """The serial numbers of others that sent from the sensor's address."""
    return names([str(sender) for sender in heard.others])


def moving(values: Mapping[str, Any]) -> dict[str, int]:
    """The moments of measuring among the values of variables. Never raises."""
    found = {}
    for name, field in MOVING.items():
        try:
            found[name] = whole(part(values.get(name), field), 1, 2**64)
        except Unreadable:
            continue
    return found


def promise_of(values: Mapping[str, Any], family: str) -> Promise | None:
    """How many datagrams the settings promise; ``None``: that is not known. Never raises.

    Args:
        values: ``PACE``, as far as they could be read.
        family: ``DeviceIdent.Name``: the guide has the numbers of picoScans only.
    """
    if family_of(family) not in (PICO150, PICO120):
        return None
    try:
        hertz = whole(part(values.get("ScanConfig"), "udiScanFreq"), _SLOWEST, _FASTEST) / 100
        if _MANY_TO < hertz < _FEW_FROM or _is_on(values, "LFPangleRangeFilter"):
            return None
        segments = 5 if hertz >= _FEW_FROM else 10
        every = 1
        if _is_on(values, "LFPintervalFilter"):
            every = whole(part(values["LFPintervalFilter"], "uiReductionFactor"), 2, 50)
    except Unreadable:
        return None
    return Promise(segments=segments, rate=hertz * segments / every, hertz=hertz)


def _is_on(values: Mapping[str, Any], name: str) -> bool:
    return name in values and yes_or_no(part(values[name], "bEnable"))
