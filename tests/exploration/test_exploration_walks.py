"""Random paths with many surprises and any deadlines."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from sicktui.model.settings import Timing
from tests.exploration import backup_model, restore_model
from tests.exploration.walks import walk, walk_from
from tests.exploration.world import WORLDS, World

CHOICES = st.lists(st.one_of(st.just(0), st.integers(0, 40)), max_size=80)
TIMINGS = st.builds(
    Timing,
    poll_interval=st.integers(1, 2),
    autostart_wait=st.integers(0, 5),
    flash_timeout=st.integers(4, 15),
    reconnect_timeout=st.integers(4, 9),
    reconnect_interval=st.just(1),
    settle=st.integers(1, 3),
)


@settings(max_examples=2000, derandomize=True, deadline=None)
@given(world=st.sampled_from(WORLDS), choices=CHOICES)
def test_many_surprises(world: World, choices: list[int]) -> None:
    walk(world, choices, surprises=6)


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(world=st.sampled_from(WORLDS), timing=TIMINGS, choices=CHOICES)
def test_any_deadlines(world: World, timing: Timing, choices: list[int]) -> None:
    walk(structs.replace(world, timing=timing), choices, surprises=3)


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(world=st.sampled_from(restore_model.WORLDS), choices=CHOICES)
def test_many_surprises_of_a_restore(world: restore_model.World, choices: list[int]) -> None:
    first = restore_model.begin(world, 6)
    walk_from(first, lambda moment: restore_model.following(world, moment), choices)


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(world=st.sampled_from(backup_model.WORLDS), choices=CHOICES)
def test_many_surprises_of_a_backup(world: backup_model.World, choices: list[int]) -> None:
    first = backup_model.begin(world, 6)
    walk_from(first, lambda moment: backup_model.following(world, moment), choices)
