"""A fleet without a database: three PCs, and a rollout that waits for approval."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from sicktui.fleet.course import Course
from sicktui.fleet.database import DatabaseError, DatabaseRefusal, Rollout
from sicktui.fleet.desk import Desk, OrderLost, Overview, Record
from sicktui.fleet.drafts import Draft, Wish, drafted
from sicktui.fleet.records import PROTOCOL, Act, Inventory, PcDevice
from sicktui.fleet.selection import Pc
from sicktui.model.spread.stages import titles_of
from tests.fleet.report_sample import START, result, spec_of, updated

ResultT = TypeVar("ResultT")
ROLLOUT: Final = "R20261128-120000-3fa1"


def pc(name: str, *devices: str, silence: float = 5.0, **changes: Any) -> Pc:
    known = tuple(PcDevice(name=each, model="picoScan150", version="2.3.0.0R") for each in devices)
    words: dict[str, Any] = {
        "protocol": PROTOCOL,
        "version": "0.1.0",
        "inventory": Inventory(devices=known),
    }
    return Pc(name=name, silence=silence, **(words | changes))


class FakeDesk(Desk):
    """A database that has one rollout, which waits for approval, and takes others."""

    def __init__(self) -> None:
        self.here = "hall-1"
        self.acts: list[tuple[str, str]] = []
        self.gone = self.forbids = False
        self.loses = 0
        """Orders whose answer is lost."""
        self.ordered: list[Draft] = []
        self.pcs = [pc("hall-1", "own"), pc("hall-2", "belt"), pc("hall-3", "arm", silence=300)]
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
        return Overview(here=self.here, pcs=tuple(self.pcs), rollouts=(self.rollout,))

    def record(self, rollout: str) -> Record:
        self._answer()
        assert rollout == self.rollout.spec.rollout
        acts = (Act(act="run", given_by="anna@office-7", at=START, role="anna", client="10.0.0.7"),)
        waves = titles_of(Course(self.rollout.spec).stages)
        return Record(rollout=self.rollout, acts=acts, waves=waves)

    def draft(self, wish: Wish, now: datetime) -> Draft:
        self._answer()
        return drafted(wish, {each.name: each for each in self.pcs}, now)

    def order(self, draft: Draft) -> None:
        self.ordered.append(draft)
        if self.loses:
            self.loses -= 1
            raise OrderLost("The fleet's database is away.")
        if self.forbids:
            raise DatabaseRefusal("The fleet's database does not do it: permission denied.")
        self.rollout = Rollout(spec=draft.spec, progress=None)

    def approve(self, rollout: str) -> None:
        self.acts.append(("approve", rollout))

    def cancel(self, rollout: str) -> None:
        self.acts.append(("cancel", rollout))

    async def ask(self, work: Callable[[Desk], ResultT]) -> ResultT:
        """As the watch of the dashboard does it, without a thread."""
        return work(self)
