"""Signals while a run is followed: reported to the follower, which decides.

The run is a separate process in its own session, so no signal to this process reaches it.
"""

import asyncio
import signal
from types import FrameType, TracebackType
from typing import Final, Self

_LEAVING: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class Interrupts:
    """Takes the signals of this process while it is entered. Must be entered in the main thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[bool] = asyncio.Queue()
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        # signal.signal and not loop.add_signal_handler, which Windows does not have.
        for number in (signal.SIGINT, *_LEAVING):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)  # type: ignore[arg-type]

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._heard.put_nowait, number == signal.SIGINT)

    async def ctrl_c(self) -> bool:
        """Wait for the next signal. ``True``: Ctrl-C; ``False``: a request to end this process."""
        return await self._heard.get()
