"""The runner: the process that executes one run, detached from every terminal.

It is started by ``engine.run.spawn`` with the run's id, folders and secrets on its standard input, reports
``ready`` once it holds the run's lock, and from then on communicates through the journal alone.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable

import msgspec

from sicktui.engine.run.events import run_changed
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunnerReady, RunnerStart
from sicktui.engine.run.process import forbid_core_dumps
from sicktui.model.clock import SystemClock, timestamp
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.locks import run_lock
from sicktui.stores.journal.journal import Journal

_log = logging.getLogger("sicktui.runner")


async def serve(runner: Runner) -> None:
    """Execute the run in this process, until every device has its verdict; then complete its backups."""
    loop = asyncio.get_running_loop()
    pending: set[asyncio.Task[None]] = set()

    def on_signal() -> None:
        # The PC shuts down, or the process is being ended: finish what a sensor has begun.
        task = loop.create_task(
            runner.cancel(
                "The runner received a signal to end. Sensors whose upload has not started stop now."
            )
        )
        pending.add(task)
        task.add_done_callback(pending.discard)

    def handle(action: Callable[[], object]) -> None:
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in its loop
            loop.add_signal_handler(signal.SIGTERM, action)
            loop.add_signal_handler(signal.SIGINT, action)

    handle(on_signal)
    await runner.run()
    completion = loop.create_task(runner.complete_backups())
    handle(completion.cancel)
    await runner.tell_end()
    with contextlib.suppress(asyncio.CancelledError):
        await completion


def main() -> int:
    """Entry point of the runner process."""
    forbid_core_dumps()
    start = RunnerStart.decode(sys.stdin.buffer.read())
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    lock = run_lock(start.home, start.run)
    try:
        lock.acquire()
        with Journal(start.home.journal_file) as journal:
            runner = _claim_run(journal, start)
            _report_ready(RunnerReady(ready=True))
            asyncio.run(serve(runner))
    except SicktuiError as error:
        # Before ``ready`` the front end reports it; after it, the log has it and the run is interrupted.
        _log.exception("run %s", start.run)
        code = error.code if isinstance(error, StorageError) else None
        _report_ready(RunnerReady(ready=False, message=error.message, code=code))
        return 1
    lock.release()
    # A run that is over needs no lock files.
    for path in (lock.path, lock.owner_path):
        with contextlib.suppress(OSError):
            path.unlink()
    return 0


def _claim_run(journal: Journal, start: RunnerStart) -> Runner:
    """Record that this process has the run now.

    Raises:
        JournalError: the run cannot be read or written.
    """
    spec = journal.spec(start.run)
    clock = SystemClock()
    runner = Runner(start.home, journal, spec, start.secrets, clock, resumed=start.resumed)
    pid = os.getpid()
    journal.set_state(spec.run, RunState.RUNNING, pid=pid)
    changed = run_changed(spec, RunState.RUNNING, ts=timestamp(clock.now()), pid=pid)
    journal.append(spec.run, [changed], durable=True)
    return runner


def _report_ready(ready: RunnerReady) -> None:
    """Print the one line, then close the pipe: the parent process may exit now, or has already."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(msgspec.json.encode(ready) + b"\n")
        sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


if __name__ == "__main__":
    sys.exit(main())
