"""How long a run may still take, from what it has measured itself."""

import heapq
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import UNSET

from sicktui.model.clock import seconds_since
from sicktui.model.enums import STEPS, RunState, Step, StepState
from sicktui.model.run.view import DeviceView, RunView
from sicktui.model.settings import Limits
from sicktui.tui.rows.step_time import moves

_MINUTE: Final = 60
_HOUR: Final = 3600
_COARSE: Final = 10

Usual = Mapping[Step, float]
"""Seconds that each step took, of those that a device of this run has done."""


def seconds_left(view: RunView, now: datetime) -> float | None:
    """Seconds until the last device is done; ``None`` as long as the run has not measured every step ahead.

    Each device at work has what is left of its step and the steps behind it; those that wait follow as places
    become free, as many side by side as the run allows.
    """
    steps = STEPS.get(view.operation) if view.operation else None
    if view.state is not RunState.RUNNING or steps is None:
        return None
    if view.waiting is not None and view.waiting.waits_for == "approval":
        return None  # a person decides that
    usual = _usual(view, steps)
    parts = [part for part in view.devices.values() if part.verdict is None]
    waiting = [part for part in parts if part.step is None]
    ends = [_left(part, steps, usual, now) for part in parts if part.step is not None]
    whole = _sum(steps, usual)
    if not parts or None in ends or (waiting and not view.cancelling and whole is None):
        return None
    known = [end for end in ends if end is not None]
    longest = max(known, default=0.0)
    if view.cancelling or not waiting or whole is None:
        return longest
    return _in_turn(view, known, waiting, whole)


def _in_turn(view: RunView, ends: list[float], waiting: Sequence[DeviceView], whole: float) -> float:
    """When the last one is done if each takes the first place that becomes free, wave after wave."""
    limits = view.limits or Limits(jobs=max(1, len(ends)))
    begun = [part for part in view.devices.values() if part.step is not None]
    places = [*ends, *[0.0] * (limits.jobs - len(ends))]
    waves: dict[str, int] = {}
    for part in waiting:
        waves[_wave(part)] = waves.get(_wave(part), 0) + 1
    at_work = {_wave(part) for part in begun if part.verdict is None}
    if isinstance(limits.canary, int) and 0 < len(begun) <= limits.canary:
        at_work = {"the canaries"}
    for wave, number in waves.items():
        if at_work and wave not in at_work:
            places = [max(places) + limits.soak] * limits.jobs
        at_work = {wave}
        heapq.heapify(places)
        for _ in range(number):
            heapq.heapreplace(places, places[0] + whole)
    return max(places)


def _wave(part: DeviceView) -> str:
    """The part of the run in which the device starts; empty if there is only one."""
    return part.plan.wave or "" if part.plan and part.plan.wave is not UNSET else ""


def _usual(view: RunView, steps: tuple[Step, ...]) -> Usual:
    from statistics import median  # noqa: PLC0415 - after the first picture

    took = [part.took for part in view.devices.values()]
    measured = {step: [seconds[step] for seconds in took if step in seconds] for step in steps}
    return {step: median(seconds) for step, seconds in measured.items() if seconds}


def _left(part: DeviceView, steps: tuple[Step, ...], usual: Usual, now: datetime) -> float | None:
    if part.step not in steps or part.step_since is None:
        return None
    behind = _sum(steps[steps.index(part.step) + 1 :], usual)
    if behind is None or part.steps.get(part.step) is not StepState.STARTED:
        return behind
    if part.sent < part.total:
        return behind + (part.total - part.sent) / part.rate if part.rate and moves(part, now) else None
    if part.step not in usual:
        return None
    return behind + max(0.0, usual[part.step] - seconds_since(part.step_since, now))


def _sum(steps: tuple[Step, ...], usual: Usual) -> float | None:
    return sum(usual[step] for step in steps) if all(step in usual for step in steps) else None


def left_words(seconds: float) -> str:
    """As exact as it is known: ``about 20 s left``, ``about 4 min left``, ``about 1 h 20 min left``."""
    if seconds <= _MINUTE - _COARSE:
        return f"about {max(1, round(seconds / _COARSE)) * _COARSE} s left"
    if seconds < _HOUR:
        return f"about {max(1, round(seconds / _MINUTE))} min left"
    tens = round(seconds / _MINUTE / _COARSE)
    return f"about {tens // 6} h {tens % 6 * _COARSE:02d} min left"
