"""The time of a step against its limit, as far as the settings of the run set one."""

from datetime import datetime
from enum import Enum, auto
from typing import Final

from msgspec import Struct

from sicktui.model.clock import seconds_since
from sicktui.model.enums import Step
from sicktui.model.run.view import DeviceView
from sicktui.model.settings import Timing
from sicktui.model.wording import elapsed

NORMAL_REBOOT: Final = "normal is 2 to 5 min"
"""What SICK's LiDAR Developer Guide (September 2026) calls a normal reboot."""
_REBOOTS: Final = (Step.FLASH, Step.REBOOT, Step.ACTIVATE)
"""Steps in which silence is a reboot: the flash may end without a visible Finished, a restore may reboot."""
_QUIET: Final = 5.0
"""Seconds without a byte after which a transfer does not move."""
_MINUTE: Final = 60


class StepTime(Struct, frozen=True, kw_only=True):
    """How long a step has taken."""

    words: tuple[str, ...] = ()
    """From long to short; the first that fits is shown."""
    share: float | None = None
    """Of its limit; ``None`` where it has none, or where it may well take all of it."""


def step_time(view: DeviceView, now: datetime) -> StepTime:
    """The time of the step under way."""
    if view.step is None or view.step_since is None:
        return StepTime()
    if words := away_words(view, now):
        return StepTime(words=words)
    passed = max(0.0, seconds_since(view.step_since, now))
    if view.step is Step.REBOOT:
        return StepTime(words=_beside_normal(elapsed(passed)))
    if view.total:
        return StepTime(words=_transfer_words(view, now))
    limit, kind = _limit(view.step, view.timing)
    if not limit or passed > limit:
        return StepTime(words=(elapsed(passed),))
    shown, most = _of(passed, limit)
    match kind:
        case _Kind.MOST:
            return StepTime(words=(f"{shown} of at most {most}", f"{shown} of {most}"), share=passed / limit)
        case _Kind.REQUEST:
            return StepTime(words=(f"{elapsed(passed)}, {most} a request", elapsed(passed)))
        case _Kind.WAIT:
            return StepTime(words=(f"{shown} of {most}",), share=passed / limit)


def away_words(view: DeviceView, now: datetime) -> tuple[str, ...]:
    """How long a sensor has been away for its reboot, and how long that may take; empty if it is not."""
    if view.silent_since is None or not view.silent or view.step not in _REBOOTS:
        return ()
    time = elapsed(max(0.0, seconds_since(view.silent_since, now)))
    limit = f" of at most {elapsed(view.patience)}" if view.patience else ""
    words = (f"away {time}{limit}, {NORMAL_REBOOT}", *_beside_normal(time, "away "))
    return tuple(dict.fromkeys(words))


def _beside_normal(time: str, away: str = "") -> tuple[str, ...]:
    return (f"{away}{time}, {NORMAL_REBOOT}", f"{time}, normal 2-5 min", f"{away}{time}")


def moves(view: DeviceView, now: datetime) -> bool:
    """Whether a transfer has moved a byte lately."""
    return view.progress_ts is not None and seconds_since(view.progress_ts, now) < _QUIET


def _transfer_words(view: DeviceView, now: datetime) -> tuple[str, ...]:
    """Of one that does not move; the others show their bytes."""
    if view.progress_ts is None or moves(view, now):
        return ()
    passed = f"{seconds_since(view.progress_ts, now):.0f}"
    if view.sent >= view.total:
        return (f"no answer for {passed} s",)
    limit = f" of {view.timing.stall_timeout:g}" if view.timing else ""
    return (f"no byte for {passed}{limit} s", f"no byte {passed} s")


class _Kind(Enum):
    """What a limit means."""

    MOST = auto()
    """The step may end earlier."""
    WAIT = auto()
    """It takes as long as that."""
    REQUEST = auto()
    """One of its requests ends by then."""


def _limit(step: Step, timing: Timing | None) -> tuple[float, _Kind]:
    """The seconds that the run's settings give a step; 0: none."""
    if timing is None:
        return 0.0, _Kind.WAIT
    match step:
        case Step.TRIGGER:
            return timing.autostart_wait, _Kind.WAIT
        case Step.FLASH:
            return timing.flash_timeout, _Kind.MOST
        case Step.BACKUP | Step.CREATE | Step.DOWNLOAD:
            return timing.backup_timeout, _Kind.MOST
        case Step.VERIFY:
            return timing.settle, _Kind.WAIT
        case Step.ACTIVATE:
            return timing.restore_wait, _Kind.WAIT
        case Step.PREFLIGHT | Step.AUTHENTICATE | Step.PERSIST:
            return timing.request_timeout, _Kind.REQUEST
        case _:
            return 0.0, _Kind.WAIT


def _of(passed: float, limit: float) -> tuple[str, str]:
    if limit <= _MINUTE:
        return f"{passed:.0f}", f"{limit:g} s"
    return elapsed(passed), elapsed(limit)
