"""Fixtures of the tests of backups, restores, snapshots and parameters."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.context import Context, open_context
from sicktui.model.settings import Limits, Settings
from tests.backups.bench import PASSPHRASE, Bench
from tests.cli.conftest import plant, program
from tests.engine.plant import FAST, PASSWORD
from tests.skipping import clock_of_the_loop

__all__ = ["plant", "program"]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A context with fast settings in a home of its own."""
    made = open_context(
        home=tmp_path / "home", password=PASSWORD, passphrase=PASSPHRASE, environ={}, use_keyring=False
    )
    made.settings = Settings(
        timing=structs.replace(FAST, backup_timeout=1.0), limits=Limits(requests_per_second=1000.0)
    )
    return made


@pytest.fixture
async def bench(context: Context, tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench without sensors yet; at the end no sensor may have seen a violation of the protocol."""
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        made = Bench(context, tmp_path, stack)
        yield made
        violations = [
            text
            for fleet in made.fleets
            for device in fleet.devices
            for text in device.violations
            if made.provoked is None or made.provoked not in text
        ]
    context.close()
    assert violations == []
