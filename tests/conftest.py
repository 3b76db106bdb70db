"""Fixtures and hooks that more than one part's tests use."""

import asyncio
import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping

import pytest
from hypothesis import settings

from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.home import locate
from sicktui.stores.disk.locks import Lock
from tests.reliability.rotation import VARIABLE, turn_of_today
from tests.support.skipping_loop import SkippingLoop

pytest_plugins = ("tests.support.fixtures", "tests.support.secret_service")

# Disks and shared machines are slow at times, which fails no property.
settings.register_profile("steady", deadline=None, max_examples=50)
settings.load_profile("steady")


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests marked ``skips_waiting`` get a loop whose clock jumps over every wait."""
    if item.get_closest_marker("skips_waiting"):
        return {"skipping": SkippingLoop}
    return {"real": asyncio.new_event_loop}


def pytest_configure() -> None:
    """Give all workers the same turn of the fault matrix, also around midnight."""
    os.environ.setdefault(VARIABLE, turn_of_today())
    gc.disable()  # until the tests are found: nothing of them becomes garbage


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among the thousands of tests: that took a fifth of the CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


def pytest_report_header() -> str:
    """Name the turn of the fault matrix, so that a run can be repeated."""
    return f"fault matrix: {VARIABLE}={turn_of_today()}"


LOCKS_LAST = 600
"""Seconds after which a test holds no lock any more."""


def pytest_sessionfinish() -> None:
    """Remove the locks of simulated sensors that killed processes have left in the folder of all users."""
    folder = locate(None, os.environ).sensor_locks
    for path in folder.glob("sicktui-sensor-*-address-127.0.0.1-*.lock"):
        # Not those of a test that another worker has just begun.
        with contextlib.suppress(StorageError, FileNotFoundError):
            if time.time() - path.stat().st_mtime < LOCKS_LAST:
                continue
            Lock(path, what="A sensor", shared=True).is_held()  # looking at a free one removes it
    for path in folder.glob("sicktui-turn-*-127.0.0.1-*.lock"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > LOCKS_LAST:
                path.unlink()


PROCESSES_OF_THEIR_OWN = ("survival", "terminal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage where only the simulated sensors run in this process: it costs time for nothing."""
    for item in items:
        if item.path.parent.name in PROCESSES_OF_THEIR_OWN:
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let ``no_cover`` hold in a worker too, where the plugin's own way leaves the tracer at work."""
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    tracer, hook = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
        threading.settrace(hook)
