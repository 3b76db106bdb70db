"""How long a run may still take, from what it has measured itself."""

import heapq
from collections.abc import Mapping
from datetime import datetime
from statistics import median
from typing import Final

from sicktui.model.clock import seconds_since
from sicktui.model.enums import STEPS, RunState, Step, StepState
from sicktui.model.run.view import DeviceView, RunView
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
    return _in_turn(view, known, len(waiting), whole)


def _in_turn(view: RunView, ends: list[float], waiting: int, whole: float) -> float:
    """When the last one is done if each takes the first place that becomes free."""
    jobs = max(1, view.limits.jobs if view.limits else len(ends))
    canary = view.limits.canary if view.limits else 0
    begun = sum(part.step is not None for part in view.devices.values())
    if 0 < begun <= canary:
        # The others begin when these are done.
        places = [max(ends, default=0.0)] * jobs
    else:
        places = [*ends, *[0.0] * (jobs - len(ends))]
    heapq.heapify(places)
    for _ in range(waiting):
        heapq.heapreplace(places, places[0] + whole)
    return max(places)


def _usual(view: RunView, steps: tuple[Step, ...]) -> Usual:
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
