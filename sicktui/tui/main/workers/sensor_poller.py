"""Polls each sensor in its own Textual worker."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.clock import first_of
from sicktui.model.device import Identity, Observation, Target
from sicktui.tui.messages import SensorObserved

if TYPE_CHECKING:
    from sicktui.engine.live import OnValue
    from sicktui.sensor.events.messages import Pushed

OWNED_PAUSE: Final = 1.0
"""Seconds between two checks whether a run has released a sensor."""


class SensorPoller:
    """Starts and stops the workers; each has its own group, ``device:NAME``.

    Args:
        screen: owns the workers and receives the messages.
        context: for the engine.
        is_owned: whether a run is using the sensor, which must not be polled then.
        on_value: called with each value that a sensor pushes.
    """

    def __init__(
        self,
        screen: "Screen[None]",
        context: Context,
        is_owned: Callable[[str], bool],
        on_value: "Callable[[Target, Identity, Pushed], object]",
    ) -> None:
        self._screen = screen
        self._context = context
        self._is_owned = is_owned
        self._on_value = on_value
        self._targets: dict[str, Target] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._waiting: Mapping[str, Target] | None = {}
        """The devices to poll once it may begin."""

    def start(self) -> None:
        """Begin: before, there is only a list of what to poll."""
        targets, self._waiting = self._waiting, None
        self.watch(targets or {})

    def watch(self, targets: Mapping[str, Target]) -> None:
        """Poll exactly these devices; unchanged ones continue undisturbed."""
        if self._waiting is not None:
            self._waiting = targets
            return
        for name in [n for n, target in self._targets.items() if targets.get(n) != target]:
            self._screen.workers.cancel_group(self._screen, group_of(name))
            del self._targets[name], self._wakes[name]
        new = [target for name, target in targets.items() if name not in self._targets]
        for place, target in enumerate(new):
            self._targets[target.device] = target
            self._wakes[target.device] = asyncio.Event()
            # Spread over the interval, so that fifty sensors are not polled at the same moment.
            self._start(target, delay=target.timing.poll_interval * place / len(new))

    def lost(self, worker_name: str | None) -> None:
        """A worker failed: its sensor is polled again after the next read of the list."""
        for device in [d for d in self._targets if worker_name == f"watch {d}"]:
            del self._targets[device], self._wakes[device]

    def renew(self, device: str) -> None:
        """Forget what is known about a sensor and poll it now; its identity is otherwise read only once."""
        target = self._targets.get(device)
        if target is not None:
            self._screen.workers.cancel_group(self._screen, group_of(device))
            self._start(target, delay=0.0)

    def poll_now(self) -> None:
        """Poll every sensor now."""
        for wake in self._wakes.values():
            wake.set()

    def _start(self, target: Target, delay: float) -> None:
        work = poll_sensor(
            self._context,
            target,
            delay=delay,
            wake=self._wakes[target.device],
            is_owned=self._is_owned,
            report=lambda seen: self._screen.post_message(SensorObserved(seen)),
            on_value=lambda identity, pushed: self._on_value(target, identity, pushed),
        )
        # exit_on_error would end the whole dashboard with one worker; the screen learns of an
        # error by the worker's state.
        self._screen.run_worker(
            work, group=group_of(target.device), name=f"watch {target.device}", exit_on_error=False
        )


def group_of(device: str) -> str:
    """The worker group of a device."""
    return f"device:{device}"


async def poll_sensor(
    context: Context,
    target: Target,
    *,
    delay: float,
    wake: asyncio.Event,
    is_owned: Callable[[str], bool],
    report: Callable[[Observation], object],
    on_value: "OnValue | None" = None,
) -> None:
    """Watch one sensor and report each observation, read or pushed. Ends when cancelled."""
    from sicktui.engine.live import LiveWatch  # noqa: PLC0415 - the HTTP stack: after the first picture

    def has_owner() -> bool:
        return is_owned(target.device)

    def tell(seen: Observation) -> None:
        if not has_owner():
            report(seen)

    watch: LiveWatch | None = None
    try:
        wake.clear()
        await first_of(context.clock.sleep(delay), wake.wait())
        asked = True
        while True:
            if has_owner():
                if watch is not None:
                    # The run will reboot it: no connection survives that.
                    await watch.aclose()
                    watch = None
                await context.clock.sleep(OWNED_PAUSE)
                continue
            watch = watch or LiveWatch(context, target, tell, on_value)
            tell(await watch.look(whole=asked))
            asked = await watch.wait(wake, has_owner)
    finally:
        if watch is not None:
            await watch.aclose()
