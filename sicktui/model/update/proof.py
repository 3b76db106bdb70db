"""What proves that a sensor has rebooted: PowerOnCnt, DailyOpHours, its clock."""

from typing import Final

from msgspec import Struct

from sicktui.model.update.observations import Reading, Want

START_OF_CLOCK: Final = 366 * 86400.0
"""Below this (in 1970) a clock was never set: it shows the time since power-up (CoLa telegram listing)."""


class Proof(Struct, frozen=True, kw_only=True):
    """A proven reboot."""

    at: float
    by: Want | None
    """The counter that proves it; ``None``: a silence that ended with another version."""
    words: str
    doubted: bool = False
    """Whether the counter was not read since Finished was seen: the reboot may have been before that."""

    @property
    def counted(self) -> bool:
        """Whether the sensor itself has counted it; a silence may have another cause."""
        return self.by in (Want.POWER_ON, Want.HOURS, Want.CLOCK)


def counted_reboot(earlier: Reading, later: Reading, now: float) -> Proof | None:
    """A reboot between two readings that the sensor itself has counted."""
    for want, words in (
        (Want.POWER_ON, _rose(earlier.power_on, later.power_on)),
        (Want.HOURS, _fell(earlier.hours, later.hours)),
        (Want.CLOCK, _restarted(earlier.clock, later.clock)),
    ):
        if words:
            return Proof(at=now, by=want, words=words)
    return None


def _rose(earlier: int | None, now: int | None) -> str:
    if earlier is None or now is None or now <= earlier:
        return ""
    return f"its power-on count rose from {earlier} to {now}"


def _fell(earlier: float | None, now: float | None) -> str:
    if earlier is None or now is None or now >= earlier:
        return ""
    return f"its hours since power-on fell from {earlier:g} to {now:g}"


def _restarted(earlier: float | None, now: float | None) -> str:
    if earlier is None or now is None or now >= START_OF_CLOCK or now >= earlier:
        return ""
    return "its clock started again in 1970"
