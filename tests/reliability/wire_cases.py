"""Replies that go wrong: every fault of single requests, at every step, once and from then on."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from sicktui.model.words import Code, Step, Verdict
from sicktui.simulator.spec import Fault, FaultValue, GenerationName
from tests.reliability.case import GENERATIONS, SUCCEEDED, Case, Outcome, Planted, failed, unknown


class Kind(Struct, frozen=True, kw_only=True):
    """One way in which a reply goes wrong."""

    row: str
    name: str
    code: Code
    """What it is called when it ends a job."""
    value: FaultValue | None = None
    rate: float | None = None
    patient: bool = False
    """Whether the client waits and asks again by itself."""
    silent: bool = False
    """Whether it is no answer at all."""
    absent: bool = False
    """Whether it says that there is no such thing."""
    light: bool = False
    """Whether it is among those that are tried at every single act, too."""

    def fault(
        self, at: str, *, times: int | None = None, acts: bool | None = None, after: int = 0
    ) -> Fault:
        """This, at an endpoint."""
        return Fault(
            name=self.name, at=at, value=self.value, rate=self.rate, times=times, acts=acts, after=after
        )


KINDS: Final = (
    Kind(row="status 3", name="status", value=3, code=Code.DEVICE_ERROR, light=True),
    Kind(row="status 4", name="status", value=4, code=Code.ACCESS_DENIED, light=True),
    Kind(row="status 5", name="status", value=5, code=Code.NOT_SUPPORTED, absent=True, light=True),
    Kind(row="status 10", name="status", value=10, code=Code.DEVICE_ERROR),
    Kind(row="status 11", name="status", value=11, code=Code.OUT_OF_CONNECTIONS, patient=True, light=True),
    Kind(row="http_503", name="http_503", code=Code.DEVICE_ERROR, light=True),
    Kind(row="http_503 (404)", name="http_503", value=404, code=Code.NOT_SUPPORTED, absent=True),
    Kind(row="http_503 (401)", name="http_503", value=401, code=Code.ACCESS_DENIED, light=True),
    Kind(row="cut_reply", name="cut_reply", code=Code.UNREACHABLE, silent=True, light=True),
    Kind(row="hang", name="hang", code=Code.UNREACHABLE, silent=True, light=True),
    Kind(row="trickle", name="trickle", rate=0.05, code=Code.UNREACHABLE, silent=True),
    Kind(row="not_json", name="not_json", code=Code.PROTOCOL_ERROR, light=True),
    Kind(row="html", name="html", code=Code.PROTOCOL_ERROR, light=True),
    Kind(row="wrong_types", name="wrong_types", code=Code.PROTOCOL_ERROR),
    Kind(row="invalid_utf8", name="invalid_utf8", code=Code.PROTOCOL_ERROR),
    Kind(row="huge_json", name="huge_json", value=1_200_000, code=Code.PROTOCOL_ERROR),
    Kind(row="redirect", name="redirect", code=Code.PROTOCOL_ERROR),
)
ONCE: Final = "once"
LASTING: Final = "from then on"


def wire_cases() -> Iterator[Case]:
    """Every kind at every step; the light ones at every act and at what proves a success."""
    for kind in KINDS:
        for times in (ONCE, LASTING):
            for generation in GENERATIONS:
                yield _case(kind, times, None, generation, _while_planning(kind, times))
                for step in Step.PREFLIGHT, Step.BACKUP, Step.AUTHENTICATE, Step.UPLOAD:
                    yield _case(kind, times, step, generation, _before_writing(kind, times, step, generation))
                for step in Step.TRIGGER, Step.FLASH, Step.REBOOT, Step.VERIFY:
                    yield _case(kind, times, step, generation, _after_writing(kind, times, step))
