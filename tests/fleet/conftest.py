"""The database of the tests of a fleet."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sicktui.fleet.local_server import why_not
from tests.fleet.postgres import Postgres
from tests.fleet.site import Site, opened
from tests.support.dashboard import harness
from tests.support.ports import free_ports

__all__ = ["harness"]
NEEDED = "SICKTUI_TESTS_NEED_POSTGRES"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server; skipped with the reason where there is none."""
    if reason := why_not():
        if NEEDED in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    with Postgres(free_ports(1)[0]) as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, postgres: Postgres) -> Iterator[Site]:
    """A site with one PC that has no sensors; its database is empty but for its tables."""
    with opened(tmp_path, postgres, []) as made:
        yield made
