"""Fixtures for the tests of what is kept on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sicktui.model.enums import Level, Operation
from sicktui.model.run.event import Event, Logged
from sicktui.model.run.plan import Operator, RunSpec
from sicktui.model.settings import Settings
from sicktui.stores.disk.home import Home, locate

TS = "2026-11-21T09:54:27.123Z"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return locate(tmp_path / "home", {})


@pytest.fixture
def spec() -> Callable[[str], RunSpec]:
    def make(run: str) -> RunSpec:
        return RunSpec(
            run=run,
            operation=Operation.UPDATE,
            created=TS,
            settings=Settings(),
            operator=Operator(user="bob", host="pc7"),
            items=(),
        )

    return make


@pytest.fixture
def log() -> Callable[[str], Event]:
    def make(message: str) -> Event:
        return Logged(ts=TS, level=Level.INFO, message=message)

    return make
