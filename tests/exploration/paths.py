"""Every path from a first moment on, depth first; what was explored already is only counted."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from typing import Final, NamedTuple, NoReturn, TypeVar

from tests.exploration.truth import Wrong

DEEPEST: Final = 600

M = TypeVar("M")


class Count(NamedTuple):
    """What was explored."""

    states: int
    paths: int
    ends: dict[str, int]


def explore_paths(
    first: M,
    following: Callable[[M], Iterator[M | str]],
    key: Callable[[M], Hashable],
    story: Callable[[list[M], str], str],
) -> Count:
    """Walk all paths.

    Args:
        first: where they begin.
        following: all that may come next, or how a path ends, in words. Raises ``Wrong``.
        key: what tells a moment from others.
        story: a path in words.

    Raises:
        Wrong: with the path that shows it.
    """
    paths: dict[Hashable, int] = {}
    ends: Counter[str] = Counter()
    stack: list[tuple[M, Hashable, Iterator[M | str]]] = [(first, key(first), following(first))]
    counts = [0, 0]
    while stack:
        _, here, rest = stack[-1]
        try:
            one = next(rest, None) if len(stack) < DEEPEST else _too_long()
        except Wrong as wrong:
            raise Wrong(story([moment for moment, _, _ in stack][-60:], str(wrong))) from None
        if one is None:
            stack.pop()
            paths[here] = counts.pop()
            counts[-1] += paths[here]
        elif isinstance(one, str):
            counts[-1] += 1
            ends[one] += 1
        elif (known := paths.get(there := key(one))) is not None:
            counts[-1] += known
        else:
            stack.append((one, there, following(one)))
            counts.append(0)
    return Count(len(paths), counts[0], dict(ends))


def _too_long() -> NoReturn:
    raise Wrong("it takes too long")
