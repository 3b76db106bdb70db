"""Every path of the update machine and a modelled sensor through each other, as deep as the time allows.

Two surprises at any moments, in all worlds, take about a minute of one core;
``python -m tests.exploration.run --depth 3`` takes half an hour.
"""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.exploration.explorer import explore
from tests.exploration.pages import BEYOND
from tests.exploration.world import WORLDS, World

PAGE: Final = " ".join((Path(__file__).parents[2] / "docs/reliability.md").read_text("utf-8").split())


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_an_update_without_a_surprise(world: World) -> None:
    count = explore(world, 0)
    assert count.paths == 1
    assert [verdict.partition("/")[0] for verdict in count.verdicts] == [world.usually]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_one_surprise_at_any_moment(world: World) -> None:
    assert explore(world, 1).paths > 100


@pytest.mark.timeout(600)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_two_surprises_at_any_moments(world: World) -> None:
    paths = explore(world, 2).paths
    assert f"{world.name} ({paths:,})" in PAGE, "the page is out of date: python -m tests.exploration.pages"


def test_the_page_counts_more_than_a_million_paths() -> None:
    kinds = PAGE.partition("The kinds of sensors, with their paths: ")[2].partition(". What the model")[0]
    paths = [int(number.replace(",", "")) for number in re.findall(r" \(([\d,]+)\)", kinds)]
    assert len(paths) == len(WORLDS)
    assert sum(paths) > 1_000_000
    assert f"{sum(paths):,} paths" in PAGE
    assert BEYOND in PAGE, "the bound is said"
