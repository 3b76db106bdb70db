"""Fixtures of the engine's tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sicktui.engine.context import Context, open_context
from sicktui.model.settings import Limits, Settings
from tests.engine.plant import FAST, PASSWORD, Plant
from tests.skipping import clock_of_the_loop


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A context with fast settings in a home of its own."""
    made = open_context(home=tmp_path / "home", password=PASSWORD, environ={}, use_keyring=False)
    made.settings = Settings(timing=FAST, limits=Limits(requests_per_second=1000.0))
    return made


@pytest.fixture
async def plant(context: Context, tmp_path: Path) -> AsyncIterator[Plant]:
    """A plant without sensors yet; at the end no sensor may have seen a violation of the protocol."""
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        made = Plant(context, tmp_path, stack)
        yield made
        violations = [
            text
            for device in made.fleet.devices
            for text in device.violations
            if made.provoked is None or made.provoked not in text
        ]
    context.close()
    assert violations == []
