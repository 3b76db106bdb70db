"""What was asked for: how many sensors at once, who goes first, and when enough has failed."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from sicktui.model.enums import Operation
from sicktui.model.errors import UsageError
from sicktui.model.run.plan import PlanItem
from sicktui.model.settings import CANARY_MODELS, CanaryChoice, FailureLimit, Limits, WaveChoice
from sicktui.model.wording import duration

_PER_CENT: Final = 100


class Member(Struct, frozen=True, kw_only=True):
    """A sensor that a run works on, as far as the spreading depends on it."""

    device: str
    kind: str = ""
    """Its model and variant."""
    tags: tuple[str, ...] = ()
    segment: str | None = None
    """Sensors of one segment are never away together."""
    idle: bool = False
    """Whether it will likely need no update, so that it proves nothing as a canary."""


class Pace(Struct, frozen=True, kw_only=True):
    """How a run spreads."""

    jobs: int = 8
    """Sensors that may be not ready at the same time, whatever the reason."""
    canary: CanaryChoice = 0
    wave: WaveChoice = 0
    soak: float = 0.0
    """Seconds between the last verdict of the canaries, or of a wave, and the next start."""
    approve: bool = False
    """Whether a person must continue the run after its first stage."""
    max_failures: FailureLimit | None = None
    """Failed and unknown at which nothing new starts; ``None``: no limit."""
    window: str = ""
    """``HH:MM-HH:MM``, local time, in which sensors start; empty: always."""
    wait_offline: float = 0.0
    """Seconds for which sensors that do not answer are tried again."""

    def budget(self, members: int) -> int | None:
        """The number of failed and unknown sensors at which nothing new starts; ``None``: no limit.

        A percentage counts of the sensors that the run works on, rounded down, but is 1 at least.
        """
        if isinstance(self.max_failures, str):
            return max(1, members * int(self.max_failures.rstrip("%")) // _PER_CENT)
        return self.max_failures


def pace_of(limits: Limits, operation: Operation) -> Pace:
    """How a run of this operation spreads.

    Canaries, waves and budget protect sensors from writes. A backup writes nothing, and one sensor that fails
    must not cost the others their backup.
    """
    if operation is Operation.BACKUP:
        return Pace(jobs=limits.jobs)
    return Pace(
        jobs=limits.jobs,
        canary=limits.canary,
        wave=limits.wave,
        soak=limits.soak,
        approve=limits.approve,
        max_failures=limits.max_failures,
        window=limits.window,
        wait_offline=limits.wait_offline if operation is Operation.UPDATE else 0.0,
    )


def check_limits(limits: Limits) -> None:
    """Refuse limits that contradict each other.

    Raises:
        UsageError: they do.
    """
    if limits.approve and not (limits.canary or limits.wave):
        raise UsageError(
            "An approval (limits.approve) is waited for after the first wave, and there is only one.",
            advice="Add --canary or --wave.",
        )


def members_of(items: Iterable[PlanItem]) -> tuple[Member, ...]:
    """The sensors that the run works on, in the order of the plan: neither skipped nor refused."""
    return tuple(
        Member(
            device=item.device,
            kind=item.identity.kind if item.identity else item.target.model or "",
            tags=item.target.tags,
            segment=item.target.segment,
        )
        for item in items
        if item.may_go
    )


def pace_words(limits: Limits | Pace) -> list[str]:
    """Who goes first and how the others follow, each in a few words; empty for what is off."""
    canaries = (
        "one canary per model and variant" if limits.canary == CANARY_MODELS else f"canary {limits.canary}"
    )
    return [*([canaries] if limits.canary else []), *wave_words(limits)]


def wave_words(limits: Limits | Pace) -> list[str]:
    """The same without the canaries."""
    words = []
    if limits.wave:
        words.append(f"waves of {limits.wave}" if isinstance(limits.wave, int) else f"waves by {limits.wave}")
    if limits.soak:
        words.append(f"{duration(limits.soak)} between waves")
    if limits.approve:
        words.append("approval after the first")
    if limits.window:
        words.append(f"starts only {limits.window}")
    if limits.wait_offline:
        words.append(f"waits {duration(limits.wait_offline)} for sensors that do not answer")
    return words
