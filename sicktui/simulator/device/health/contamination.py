"""What is on the front of a sensor, sector by sector."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

Level = Literal["blocked", "clean", "warning", "error"]
_OFF: Final = 0
_EVERY_SECTOR: Final = 1
_CUSTOM: Final = 255
_OTHERS: Final[tuple[Level, ...]] = ("blocked", "clean", "warning", "error")
_OF_LRS: Final[tuple[Level, ...]] = ("clean", "warning", "error", "blocked")
Verdict = tuple[bool, bool]
"""Whether there is a warning, and an error."""


class Strategy(Struct, frozen=True):
    """``ContaminationConfig`` and ``treatBlockedSectorsAsErrorSectors``."""

    kind: int
    seconds: float
    warns: bool
    errs: bool
    active: tuple[bool, ...]
    blocked_is_error: bool

    def verdict(self, levels: Sequence[Level]) -> Verdict:
        """What it makes of the sectors that it watches: 1 needs all of them, 2 one."""
        watched = [level for level, active in zip(levels, self.active, strict=True) if active]
        if self.kind == _OFF or not watched:
            return False, False
        combined = all if self.kind == _EVERY_SECTOR else any
        bad = ("error", "blocked") if self.blocked_is_error else ("error",)
        error = self.errs and combined(level in bad for level in watched)
        warning = self.warns and combined(level in ("warning", *bad) for level in watched)
        return warning, error


class Contamination:
    """The sectors of one sensor. All of them read clean while it does not measure (SICK's release notes).

    Args:
        family: its family: an LRS4000 numbers the levels otherwise.
        sectors: how many there are.
        codes: what each reads at the start; none: clean.
        parameters: the sensor's parameters.
        measures: whether it measures.
        now: seconds.
        changed: called when it is set.
    """

    def __init__(
        self,
        family: str,
        sectors: int,
        codes: Sequence[int],
        *,
        parameters: Callable[[], Mapping[str, Any]],
        measures: Callable[[], bool],
        now: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._levels = _OF_LRS if family == "LRSNAV" else _OTHERS
        self._sectors = sectors
        self._parameters = parameters
        self._measures = measures
        self._now = now
        self._changed = changed
        self._real: list[Level] = []
        self.become(codes)
        self._raw = self._shown = self._strategy().verdict(self._visible())
        self._since = now()

    def become(self, codes: Sequence[int]) -> None:
        """Read these codes from now on; what they lack reads clean."""
        given = [self._levels[code] for code in codes][: self._sectors]
        rest: list[Level] = ["clean"] * (self._sectors - len(given))
        self._real = [*given, *rest]
        self._changed()

    def block(self, sectors: Sequence[int]) -> None:
        """Block these sectors, counted from 1; the others are clean."""
        self._real = ["blocked" if number in sectors else "clean" for number in range(1, self._sectors + 1)]
        self._changed()

    def _visible(self) -> list[Level]:
        return self._real if self._measures() else ["clean"] * self._sectors

    @property
    def codes(self) -> list[int]:
        """``ContaminationData``."""
        return [self._levels.index(level) for level in self._visible()]

    @property
    def active(self) -> list[bool]:
        """``ContaminationActiveSectors``."""
        return list(self._strategy().active)

    @property
    def result(self) -> Verdict:
        """``ContaminationResult``: what has held for the response time."""
        strategy = self._strategy()
        raw = strategy.verdict(self._visible())
        if raw != self._raw:
            self._raw, self._since = raw, self._now()
        if self._now() - self._since >= strategy.seconds:
            self._shown = self._raw
        return self._shown

    def _strategy(self) -> Strategy:
        parameters = self._parameters()
        config = parameters.get("ContaminationConfig", {})
        custom = config.get("eCover") == _CUSTOM and len(config["CustomSectors"]) == self._sectors
        return Strategy(
            kind=config.get("eStrategy", _OFF),
            seconds=config.get("usiResponseTime", 0),
            warns=config.get("bEnableWarning", True),
            errs=config.get("bEnableError", True),
            active=tuple(config["CustomSectors"]) if custom else (True,) * self._sectors,
            blocked_is_error=parameters.get("treatBlockedSectorsAsErrorSectors", False),
        )
