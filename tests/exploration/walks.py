"""One path of a machine and a modelled sensor, beyond the depth of the exploration."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

from tests.exploration import explorer
from tests.exploration.explorer import LONGEST
from tests.exploration.sensor import Sensor
from tests.exploration.truth import Wrong
from tests.exploration.world import World


class Moment(Protocol):
    """A moment of a path."""

    @property
    def now(self) -> int:
        """Its step."""


M = TypeVar("M", bound=Moment)


def walk(world: World, choices: Iterable[int], surprises: int) -> list[explorer.Moment]:
    """Walk a path of an update to its end.

    Args:
        world: what is fixed.
        choices: which of the things that may come next comes, one a step; the first when they run out.
        surprises: how many there may be.

    Raises:
        Wrong: the path must not be.
    """
    first = explorer.Moment(world.evidence(), 0, Sensor(left=surprises, state=int(world.stale)), "begin")
    return walk_from(first, lambda moment: explorer.following(world, moment), choices)


def walk_from(first: M, following: Callable[[M], Iterator[object]], choices: Iterable[int]) -> list[M]:
    """Walk a path to its end.

    Args:
        first: where it begins.
        following: all that may come next; what is no moment is an end. Raises ``Wrong``.
        choices: as for ``walk``.

    Raises:
        Wrong: the path must not be.
    """
    path = [first]
    numbers = iter(choices)
    while path[-1].now <= LONGEST and len(path) < LONGEST * 4:
        *_, chosen = islice(following(path[-1]), next(numbers, 0) + 1)
        if not isinstance(chosen, type(first)):
            return path
        path.append(chosen)
    raise Wrong("it comes to no end")
