"""Fixtures of the commands' tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sicktui.simulator import DeviceSpec
from tests.cli.kit import Plant, Program
from tests.stores.conftest import secret_service

__all__ = ["secret_service"]

MakePlant = Callable[..., Plant]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program with a home of its own."""
    made = Program(tmp_path)
    yield made
    made.close()


@pytest.fixture
def plant() -> Iterator[MakePlant]:
    """Makes plants that end with the test."""
    with ExitStack() as stack:

        def make(*specs: DeviceSpec, time_scale: float = 50.0) -> Plant:
            return stack.enter_context(Plant(specs, time_scale=time_scale))

        yield make
