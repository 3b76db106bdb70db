"""Signals, and a reader of stdout that goes away, while a run is followed or sensors are read.

The run is a separate process in its own session, so no signal to this process reaches it. The follower
decides what a signal means; what only reads and prints ends with its reader.
"""

import asyncio
import contextlib
import functools
import os
import signal
import stat
import sys
from collections.abc import Callable, Coroutine, Generator
from types import FrameType, TracebackType
from typing import Any, Final, Self, TypeVar

from sicktui.cli.streams import GuardedStream, ReaderGone, guard_of_stdout

_T = TypeVar("_T")

_LEAVING: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class Interrupts:
    """Takes the signals of this process while it is entered. Must be entered in the main thread.

    Args:
        reader: whether a reader of stdout that goes away is a request to end this process.
    """

    def __init__(self, *, reader: bool = True) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[bool] = asyncio.Queue()
        self._before: dict[int, object] = {}
        leave = functools.partial(self._heard.put_nowait, False)  # noqa: FBT003  as a signal to end does
        self._watching = watched_reader(leave) if reader else contextlib.nullcontext()

    def __enter__(self) -> Self:
        self._watching.__enter__()
        # signal.signal and not loop.add_signal_handler, which Windows does not have.
        for number in (signal.SIGINT, *_LEAVING):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)  # type: ignore[arg-type]
        self._watching.__exit__(None, None, None)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._heard.put_nowait, number == signal.SIGINT)

    async def ctrl_c(self) -> bool:
        """Wait for the next signal. ``True``: Ctrl-C; ``False``: a request to end this process."""
        return await self._heard.get()


@contextlib.contextmanager
def watched_reader(on_gone: Callable[[], object]) -> Generator[None]:
    """Call ``on_gone`` once, in the running loop, when the reader of stdout goes away.

    On POSIX a pipe shows it at once; elsewhere the next write does.
    """
    guard = guard_of_stdout()
    if guard is None:
        yield
        return
    loop = asyncio.get_running_loop()
    pipe = _pipe(guard)
    told = False

    def tell() -> None:
        nonlocal told
        if pipe is not None:
            loop.remove_reader(pipe)
        if not told:
            told = True
            on_gone()

    guard.on_gone = lambda: loop.call_soon_threadsafe(tell)
    if pipe is not None:
        loop.add_reader(pipe, tell)
    elif guard.reader_gone:
        loop.call_soon(tell)
    try:
        yield
    finally:
        guard.on_gone, told = None, True
        if pipe is not None:
            loop.remove_reader(pipe)


def _pipe(guard: GuardedStream) -> int | None:
    """The descriptor of stdout if it is a pipe: its end for writing is readable once its reader is gone."""
    with contextlib.suppress(OSError):
        if sys.platform != "win32" and stat.S_ISFIFO(os.fstat(guard.fileno()).st_mode):
            return guard.fileno()
    return None


async def while_read(work: Coroutine[Any, Any, _T]) -> _T:
    """Do what only reads and prints.

    Raises:
        ReaderGone: the reader of stdout is gone; the work was stopped.
    """
    task = asyncio.ensure_future(work)
    gone = False

    def stop() -> None:
        nonlocal gone
        gone = task.cancel()

    with watched_reader(stop):
        try:
            return await task
        except asyncio.CancelledError:
            if gone:
                raise ReaderGone from None
            raise
