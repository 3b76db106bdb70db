"""The time of a simulated fleet: real time, sped up."""

import asyncio
import time


class SimulatedTime:
    """A clock that runs ``scale`` times as fast as the PC's.

    Everything that a simulated device times (flash, reboot, tokens, nonces, link rate, rate limit) is
    in seconds of this clock, so one number makes the whole fleet faster.

    Args:
        scale: simulated seconds in a real one; 1 is real time.
    """

    def __init__(self, scale: float = 1.0) -> None:
        if scale <= 0:
            message = f"time_scale must be greater than zero, not {scale}"
            raise ValueError(message)
        self.scale = scale
        self._start = _seconds()

    def now(self) -> float:
        """Simulated seconds since the clock was made."""
        return (_seconds() - self._start) * self.scale

    async def sleep(self, seconds: float) -> None:
        """Wait for this many simulated seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.scale)


def _seconds() -> float:
    # A loop's own time, since a test may run the fleet in a loop that skips the waiting.
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()
