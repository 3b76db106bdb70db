"""Every path of the backup machine and a modelled sensor through each other."""

import pytest

from tests.exploration.backup_model import WORLDS, World, explore


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_backup_without_a_surprise(world: World) -> None:
    count = explore(world, 0)
    assert count.ends == {world.usually: 1}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_one_surprise_at_any_moment(world: World) -> None:
    assert explore(world, 1).paths > 20


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_two_surprises_at_any_moments(world: World) -> None:
    assert explore(world, 2).paths > 1000
