"""Waiting with a time limit."""

from datetime import UTC, datetime

import pytest

from sicktui.engine.job.waiting import Deadline, poll_for, retry_for
from sicktui.sensor.errors import SensorError, Unreachable


class HandClock:
    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_a_deadline_counts_down_to_zero() -> None:
    clock = HandClock()
    deadline = Deadline(clock, 2)
    assert (deadline.over, deadline.left) == (False, 2.0)
    clock.time = 3.0
    assert (deadline.over, deadline.left) == (True, 0.0)


async def test_an_attempt_that_fails_is_made_again_until_it_works() -> None:
    clock, left = HandClock(), [Unreachable("no"), Unreachable("no")]

    async def attempt() -> str:
        if left:
            raise left.pop()
        return "there"

    assert await retry_for(clock, 10, 2, attempt, on=Unreachable) == "there"
    assert clock.time == 4


async def test_the_last_error_is_raised_by_the_first_attempt_that_ends_after_the_limit() -> None:
    clock, made = HandClock(), []

    async def attempt() -> None:
        made.append(clock.time)
        raise Unreachable(f"at {clock.time:g}")

    with pytest.raises(Unreachable, match="at 6"):
        await retry_for(clock, 5, 2, attempt, on=Unreachable)
    assert made == [0, 2, 4, 6]


async def test_other_errors_are_raised_at_once() -> None:
    clock = HandClock()

    async def attempt() -> None:
        raise SensorError("something else")

    with pytest.raises(SensorError):
        await retry_for(clock, 5, 2, attempt, on=Unreachable)
    assert clock.time == 0


@pytest.mark.parametrize(("limit", "found"), [(10.0, 3), (1.5, 2), (0.0, 0)])
async def test_looking_ends_with_what_was_waited_for_or_with_the_limit(limit: float, found: int) -> None:
    clock = HandClock()

    async def look() -> int:
        return int(clock.time)

    assert await poll_for(clock, limit, 1, look, done=lambda value: value == 3) == found
