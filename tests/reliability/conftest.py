"""The engine for single sensors whose PC fails: what the sensors complain of is not the subject."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sicktui.engine.context import Context
from sicktui.model.settings import Limits
from tests.support.clocks import clock_of_the_loop
from tests.support.engine_harness import EngineHarness
from tests.support.harness import fast_context


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A context with fast settings and its own home."""
    return fast_context(tmp_path, limits=Limits(requests_per_second=1000.0, max_failures=9))


@pytest.fixture
async def harness(context: Context, tmp_path: Path) -> AsyncIterator[EngineHarness]:
    """The engine without sensors yet."""
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        yield EngineHarness(context, tmp_path, stack)
    context.close()
