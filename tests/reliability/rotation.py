"""Which cases of the matrix the tests run: each fault on one generation, another one each day.

Most rows end the same on every generation. Those that end differently run on all of them every time; the
others take turns, so that five days cover everything. ``python -m tests.reliability.publish``
runs every case, and so does ``SICKTUI_MATRIX_TURN=all pytest tests/reliability``.
"""

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from typing import Final

from tests.reliability.case import GENERATIONS, Case

VARIABLE: Final = "SICKTUI_MATRIX_TURN"
"""The environment variable with the turn: a number, or ``all``."""
ALL: Final = "all"
_SECONDS_PER_DAY: Final = 86_400

Outcomes = Mapping[tuple[str, str, str], str]
"""What the page says of each case: (column, row, generation) to words."""


def turn_of_today() -> str:
    """The turn that the environment asks for; without one, that of the day (UTC)."""
    return os.environ.get(VARIABLE) or str(int(time.time() // _SECONDS_PER_DAY) % len(GENERATIONS))


def select(cases: Sequence[Case], outcomes: Outcomes, turn: str) -> tuple[Case, ...]:
    """The cases of a turn, in their order."""
    if turn == ALL:
        return tuple(cases)
    rows: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        rows.setdefault((case.column, case.row), []).append(case)
    chosen = {case.id for row in rows.values() for case in _of_the_turn(row, outcomes, int(turn))}
    return tuple(case for case in cases if case.id in chosen)


def _of_the_turn(row: Sequence[Case], outcomes: Outcomes, turn: int) -> Sequence[Case]:
    if _differ(row, outcomes):
        return row
    # Rows begin at different generations, so that every turn strikes all of them.
    first = hashlib.sha256(f"{row[0].column}: {row[0].row}".encode()).digest()[0]
    return [row[(first + turn) % len(row)]]


def _differ(row: Sequence[Case], outcomes: Outcomes) -> bool:
    """Whether a row ends differently on its generations, or may; a case that was not published may."""
    published = [outcomes.get((case.column, case.row, case.generation)) for case in row]
    return None in published or len(set(published)) > 1 or len({case.expected for case in row}) > 1
