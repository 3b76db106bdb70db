"""A plant for single sensors, as the engine's tests have it."""

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
    made.settings = Settings(timing=FAST, limits=Limits(requests_per_second=1000.0, max_failures=9))
    return made


@pytest.fixture
async def plant(context: Context, tmp_path: Path) -> AsyncIterator[Plant]:
    """A plant without sensors yet."""
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        yield Plant(context, tmp_path, stack)
    context.close()
