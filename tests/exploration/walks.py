"""One path of the machine and a modelled sensor, beyond the depth of the exploration."""

from itertools import islice

from sicktui.model.judgement import Judgement
from tests.exploration.explorer import LONGEST, Moment, following
from tests.exploration.sensor import Sensor
from tests.exploration.truth import Wrong
from tests.exploration.world import World


def walk(world: World, choices: list[int], surprises: int) -> list[Moment]:
    """Walk to the end.

    Args:
        world: what is fixed.
        choices: which of the things that may come next comes, one a step; the first when they run out.
        surprises: how many there may be.

    Raises:
        Wrong: the path must not be.
    """
    path = [Moment(world.evidence(), 0, Sensor(left=surprises, state=int(world.stale)), "begin")]
    numbers = iter(choices)
    while path[-1].now <= LONGEST and len(path) < LONGEST * 4:
        *_, chosen = islice(following(world, path[-1]), next(numbers, 0) + 1)
        if isinstance(chosen, Judgement):
            return path
        path.append(chosen)
    raise Wrong("it comes to no end")
