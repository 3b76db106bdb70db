"""Fixtures of the tests that kill, hang up and compete."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sicktui.engine.context import Context, open_context
from sicktui.model.settings import Limits, Settings, Timing
from tests.engine.plant import PASSWORD
from tests.survival.ward import Ward

SWIFT = Timing(
    poll_interval=0.03,
    autostart_wait=0.0,
    flash_timeout=4.0,
    reconnect_timeout=3.0,
    reconnect_interval=0.03,
    settle=0.05,
    request_timeout=2.0,
    stall_timeout=2.0,
    backup_timeout=3.0,
    restore_wait=0.01,
)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    """A context with fast settings in a home of its own."""
    made = open_context(home=tmp_path / "home", password=PASSWORD, environ={}, use_keyring=False)
    made.settings = Settings(timing=SWIFT, limits=Limits(requests_per_second=1000.0, jobs=50))
    yield made
    made.close()


@pytest.fixture
async def ward(context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ward]:
    """Sensors, a home, and runners that may be killed; at the end no sensor may have been wronged."""
    async with AsyncExitStack() as stack:
        made = Ward(context, tmp_path, stack, monkeypatch)
        yield made
        await made.all_runners_gone()
        violations = made.violations()
    assert violations == []
