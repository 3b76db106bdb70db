"""A fleet without a database: three PCs, and a rollout that waits for approval."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from sicktui.fleet.course import Course
from sicktui.fleet.database import Act, DatabaseError, Rollout
from sicktui.fleet.desk import Desk, Overview, Record
from sicktui.fleet.records import PROTOCOL, Inventory, PcDevice
from sicktui.fleet.selection import Pc
from sicktui.model.spread.stages import titles_of
from tests.fleet.report_sample import START, result, spec_of, updated

ResultT = TypeVar("ResultT")
ROLLOUT: Final = "R20261128-120000-3fa1"


def pc(name: str, *devices: str, silence: float = 5.0) -> Pc:
    known = tuple(PcDevice(name=each, model="picoScan150", version="2.3.0.0R") for each in devices)
    return Pc(
        name=name, protocol=PROTOCOL, version="0.1.0", silence=silence, inventory=Inventory(devices=known)
    )


class FakeDesk(Desk):
    """A database that has one rollout, which waits for approval."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, str]] = []
        self.gone = False
        self.hangs = threading.Event()
        self.hangs.set()
        spec = spec_of("hall-1/own", "hall-2/belt", "hall-3/arm", wave=1)
        course = Course(spec)
        [first] = course.step(START)
        course.hear([result(first, updated("own"))], START + 60)
        course.step(START + 60)
        self.rollout = Rollout(spec=spec, progress=course.progress(START + 60))

    def _answer(self) -> None:
        self.hangs.wait(60)
        if self.gone:
            raise DatabaseError("The fleet's database is away.")

    def overview(self) -> Overview:
        self._answer()
        pcs = (pc("hall-1", "own"), pc("hall-2", "belt"), pc("hall-3", "arm", silence=300))
        return Overview(here="hall-1", pcs=pcs, rollouts=(self.rollout,))

    def record(self, rollout: str) -> Record:
        self._answer()
        assert rollout == ROLLOUT
        acts = (Act(act="run", given_by="anna@office-7", at=START, role="anna", client="10.0.0.7"),)
        waves = titles_of(Course(self.rollout.spec).stages)
        return Record(rollout=self.rollout, acts=acts, waves=waves)

    def approve(self, rollout: str) -> None:
        self.acts.append(("approve", rollout))

    def cancel(self, rollout: str) -> None:
        self.acts.append(("cancel", rollout))

    async def ask(self, work: Callable[[Desk], ResultT]) -> ResultT:
        """As the watch of the dashboard does it, without a thread."""
        return work(self)
