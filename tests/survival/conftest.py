"""Fixtures of the tests that kill, hang up and compete."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.context import Context
from sicktui.model.settings import Limits
from tests.support.harness import FAST, fast_context
from tests.support.killed_runs import KilledRuns
from tests.support.processes import forks

SWIFT = structs.replace(FAST, poll_interval=0.03, reconnect_interval=0.03, settle=0.05)

collect_ignore = ["test_survival_hangup.py"] if sys.platform == "win32" else []


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    """A context with fast settings and its own home."""
    made = fast_context(tmp_path, timing=SWIFT, limits=Limits(requests_per_second=1000.0, jobs=50))
    yield made
    made.close()


@pytest.fixture
async def harness(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[KilledRuns]:
    """Sensors, a home, and runners that may be killed; at the end no sensor may have been wronged."""
    if forks():  # no other process makes fingerprints
        monkeypatch.setattr("sicktui.stores.backups.fingerprint._COST", 16)
    async with AsyncExitStack() as stack:
        made = KilledRuns(context, tmp_path, stack, monkeypatch)
        yield made
        await made.all_runners_gone()
        violations = made.violations()
    assert violations == []
