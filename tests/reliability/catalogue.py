"""All cases of the fault matrix, and how they are spread over runs."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final

from sicktui.model.enums import Operation
from tests.reliability.act_cases import act_cases
from tests.reliability.case import Case
from tests.reliability.dump_cases import dump_cases
from tests.reliability.file_cases import file_cases
from tests.reliability.https_cases import https_cases
from tests.reliability.life_cases import life_cases
from tests.reliability.pc_cases import pc_cases
from tests.reliability.people_cases import people_cases
from tests.reliability.session_cases import session_cases
from tests.reliability.surprise_cases import surprise_cases
from tests.reliability.wire_cases import wire_cases

BATCH: Final = 48
"""Sensors of one run."""
_Together = tuple[Operation, str, tuple[bool, ...], str]


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in the order of the page."""
    return (
        *life_cases(),
        *surprise_cases(),
        *people_cases(),
        *session_cases(),
        *act_cases(),
        *wire_cases(),
        *file_cases(),
        *pc_cases(),
        *https_cases(),
        *dump_cases(),
    )


def batches(chosen: Sequence[Case]) -> tuple[tuple[Case, ...], ...]:
    """The chosen cases in runs. A run has one package, so one family; long and short cases are mixed."""
    groups: dict[_Together, list[Case]] = {}
    for case in sorted(chosen, key=lambda case: hashlib.sha256(case.id.encode()).digest()):
        groups.setdefault(_together(case), []).append(case)
    return tuple(
        tuple(group[start : start + BATCH])
        for group in groups.values()
        for start in range(0, len(group), BATCH)
    )


def _together(case: Case) -> _Together:
    # What goes wrong on the PC concerns all sensors of a run, so each case has a run to itself.
    alone = case.id if case.pc else ""
    kinds = (case.backup, case.force, case.encrypted, case.dump, case.handed_over)
    return case.operation, _family(case), kinds, alone


def _family(case: Case) -> str:
    return case.generation.partition("-")[0] if case.generation.startswith(("multi", "lrs")) else "pico"


def digest(chosen: Sequence[Case]) -> str:
    """Changes with every case and everything that is expected of one."""
    lines = sorted(
        f"{case.id}: {', '.join(f'{verdict} {code}' for verdict, code in case.expected)}" for case in chosen
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
