"""The time of a step against its limit, as far as the settings of the run set one."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from sicktui.model.clock import seconds_since
from sicktui.model.enums import Step
from sicktui.model.run.view import DeviceView
from sicktui.model.settings import Timing
from sicktui.model.wording import elapsed

_MINUTE: Final = 60


class StepTime(Struct, frozen=True, kw_only=True):
    """How long a step has taken."""

    words: tuple[str, ...] = ()
    """From long to short; the first that fits is shown."""
    share: float | None = None
    """Of its limit; ``None`` where it has none, or where it may well take all of it."""


def step_time(view: DeviceView, now: datetime) -> StepTime:
    """The time of the step under way.

    A normal reboot takes 2 to 5 minutes (SICK's LiDAR Developer Guide, September 2026).
    """
    if view.step is None or view.step_since is None:
        return StepTime()
    passed = max(0.0, seconds_since(view.step_since, now))
    if view.step is Step.REBOOT:
        time = elapsed(passed)
        return StepTime(
            words=(f"away {time}, normal is 2 to 5 min", f"{time}, normal 2-5 min", f"away {time}")
        )
    limit, is_most = _limit(view.step, view.timing)
    if not limit or passed > limit:
        return StepTime(words=(elapsed(passed),))
    shown = _of(passed, limit)
    words = (f"{shown[0]} of at most {shown[1]}", f"{shown[0]} of {shown[1]}") if is_most else ()
    return StepTime(words=words or (f"{shown[0]} of {shown[1]}",), share=passed / limit)


def _limit(step: Step, timing: Timing | None) -> tuple[float, bool]:
    """The seconds of a step, and whether it ends as soon as it can."""
    if timing is None:
        return 0.0, False
    match step:
        case Step.TRIGGER:
            return timing.autostart_wait, False
        case Step.FLASH:
            return timing.flash_timeout, True
        case Step.BACKUP | Step.CREATE:
            return timing.backup_timeout, True
        case Step.VERIFY:
            return timing.settle, False
        case _:
            return 0.0, False


def _of(passed: float, limit: float) -> tuple[str, str]:
    if limit <= _MINUTE:
        return f"{passed:.0f}", f"{limit:g} s"
    return elapsed(passed), elapsed(limit)
