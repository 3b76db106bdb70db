"""The other PCs of the fleet and its rollouts, as the database had them last."""

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from sicktui.model.clock import Clock
from sicktui.model.safe_text import clean
from sicktui.tui.commands.context import Far
from sicktui.tui.rows.devices import DeviceRow
from sicktui.tui.rows.rollouts.devices import rows_elsewhere

if TYPE_CHECKING:
    from sicktui.fleet.database import Rollout
    from sicktui.fleet.desk import Desk, Overview
    from sicktui.fleet.selection import Pc

STALE_AFTER: Final = 30.0
"""Seconds without an answer after which what is shown is marked with its age."""
_LONGEST_NAME: Final = 100
_GRAIN: Final = 5.0
"""Seconds between two renewals of ages."""
ResultT = TypeVar("ResultT")


class FleetDesk(Protocol):
    """The way to the database."""

    async def ask(self, work: "Callable[[Desk], ResultT]") -> ResultT:
        """Do something there, off the event loop.

        Raises:
            SicktuiError: it cannot be done, or the database does not answer in time.
        """
        ...


class Elsewhere:
    """What is known of the fleet. Empty where none is set up.

    Args:
        clock: the source of time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.desk: FleetDesk | None = None
        """``None``: no fleet is set up."""
        self.problem = ""
        """Why the database cannot be read; empty: it could."""
        self._overview: Overview | None = None
        self._read = 0.0
        self._rows: list[DeviceRow] = []
        self._made = 0.0

    def take(self, overview: "Overview") -> "list[Rollout]":
        """The database was read. Returns the rollouts whose state is another than at the last time."""
        before = {each.spec.rollout: each.state for each in self.rollouts}
        changed = [each for each in overview.rollouts if before.get(each.spec.rollout) != each.state]
        changed = changed if self.is_known else []
        self._overview, self.problem = overview, ""
        self._read = self._clock.monotonic()
        self._rows = []
        return changed

    @property
    def here(self) -> str:
        """The name of this PC in the fleet, once its database was read."""
        return self._overview.here if self._overview else ""

    @property
    def is_known(self) -> bool:
        """Whether the database was read once."""
        return self._overview is not None

    @property
    def stale(self) -> float | None:
        """Seconds since the database was read, if that is too long ago."""
        if self._overview is None:
            return None
        passed = self._clock.monotonic() - self._read
        return passed if passed > STALE_AFTER else None

    @property
    def rows(self) -> list[DeviceRow]:
        """A row for each device of the other PCs."""
        if self._overview is None:
            return []
        now = self._clock.monotonic()
        if not self._rows or now - self._made > _GRAIN:
            self._rows = rows_elsewhere(self._overview, self._clock.now(), self.stale)
            self._made = now
        return self._rows

    def row(self, device: str | None) -> DeviceRow | None:
        """The row of a device that another PC reaches; ``None``: this one does, or it is not known."""
        return next((row for row in self.rows if row.device == device), None)

    def far(self, device: str | None) -> Far | None:
        """Who reaches a device; ``None``: this PC does, or it is not known."""
        row = self.row(device)
        return _far(row) if row else None

    def marked(self, marks: Container[str]) -> tuple[Far, ...]:
        """The devices of the other PCs that are marked."""
        return tuple(_far(row) for row in self.rows if row.device in marks)

    @property
    def pcs(self) -> "tuple[Pc, ...]":
        """Every PC that has ever reported."""
        return self._overview.pcs if self._overview else ()

    @property
    def rollouts(self) -> "tuple[Rollout, ...]":
        """The latest rollouts, the newest first."""
        return self._overview.rollouts if self._overview else ()

    @property
    def live(self) -> int:
        """How many of them are at work."""
        return sum(each.state in ("ordered", "running") for each in self.rollouts)

    @property
    def unapproved(self) -> tuple[str, ...]:
        """The rollouts that wait for approval, the newest first."""
        return self._overview.unapproved if self._overview else ()


def _far(row: DeviceRow) -> Far:
    # Not from the row's name, which is cut: it becomes a word of a command.
    return Far(device=row.device, pc=row.pc, name=clean(row.device.partition("/")[2], _LONGEST_NAME))
