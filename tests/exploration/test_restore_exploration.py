"""Every path of the restore machine and a modelled sensor through each other."""

import pytest

from tests.exploration.pages import restore_rules_section
from tests.exploration.restore_model import WORLDS, World, explore
from tests.exploration.test_exploration import PAGE

RESTORES = PAGE.partition("## Restores explored")[2]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_restore_without_a_surprise(world: World) -> None:
    count = explore(world, 0)
    assert count.paths == 1
    assert [verdict.partition("/")[0] for verdict in count.ends] == [world.usually]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_one_surprise_at_any_moment(world: World) -> None:
    assert explore(world, 1).paths > 20


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_two_surprises_at_any_moments(world: World) -> None:
    paths = explore(world, 2).paths
    assert paths > 1000
    assert f"{world.name} ({paths:,})" in RESTORES, (
        "the page is out of date: python -m tests.exploration.pages"
    )


def test_the_page_has_the_rule_of_a_restore() -> None:
    assert " ".join(restore_rules_section().split()) in PAGE
    assert "|  |" not in restore_rules_section()


@pytest.mark.timeout(600)
def test_three_surprises_stand_for_a_million_paths() -> None:
    deep = [world for world in WORLDS if world.kind == "silent" or world.name == "async"]
    assert sum(explore(world, 3).paths for world in deep) > 1_000_000
