"""One rollout over the PCs of the fleet: waves, each PC, each device, who approved it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.rows.rollouts.rollout import (
    ROLLOUT_COLUMNS,
    RolloutRow,
    about_lines,
    head_lines,
    rollout_rows,
)
from sicktui.tui.screens.run.report import save_rollout_report
from sicktui.tui.state.elsewhere import STALE_AFTER, Elsewhere

if TYPE_CHECKING:
    from sicktui.fleet.desk import Record

READ_EVERY: Final = 2.0
"""Seconds between two reads."""
APPROVE: Final = "semicolon"


class RolloutAct(StrEnum):
    """What an operator wants to do with a rollout."""

    APPROVE = "approve"
    CANCEL = "cancel"


class RolloutScreen(TableScreen[RolloutAct, RolloutRow]):
    """A row a device, kept current. A database that does not answer costs nothing but the news.

    Args:
        appearance: how the dashboard looks.
        context: the clock.
        elsewhere: what is known of the fleet.
        rollout: its id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(APPROVE, "approve", "approve", key_display=";"),
        Binding("c", "cancel", "cancel"),
        Binding("w", "write", "write a report"),
        Binding("R", "again", "Read again", show=False),
    ]

    last_hints = (("tab", "next part"), ("q", "back"))
    columns = ROLLOUT_COLUMNS
    table_title = "Devices"

    def __init__(self, appearance: Appearance, context: Context, elsewhere: Elsewhere, rollout: str) -> None:
        super().__init__(appearance)
        self._clock = context.clock
        self._elsewhere = elsewhere
        self._rollout = rollout
        self._record: Record | None = None
        self._read_at = self._began = 0.0

    def begin(self) -> None:
        """Read from now on."""
        super().begin()
        self._began = self._clock.monotonic()
        self.show_head(cell("Reading the rollout ...", Tone.DIM))
        self.action_again()

    def action_again(self) -> None:
        """Read now, and from now on."""
        self.run_worker(
            self._keep_current(),
            group="read",
            name="reading the rollout",
            exclusive=True,
            exit_on_error=False,
        )

    async def _keep_current(self) -> None:
        desk, rollout = self._elsewhere.desk, self._rollout
        while desk is not None:
            try:
                self._record = await desk.ask(lambda found: found.record(rollout))
                self._read_at, self.trouble = self._clock.monotonic(), ""
            except SicktuiError as error:
                self.trouble = str(error)
            self.paint()
            await self._clock.sleep(READ_EVERY)

    def paint(self) -> None:
        """Show what is known now."""
        if self._record is None:
            self.show_text(())
            return
        passed = self._clock.monotonic() - self._read_at
        stale = passed if passed > STALE_AFTER else None
        unclaimed = self._record.unclaimed(self._read_at - self._began)
        self.show_head(*head_lines(self._record, ";", stale, unclaimed))
        self.table.show(rollout_rows(self._record))
        self.paint_text()

    def about(self, row: RolloutRow | None) -> Sequence[Cell]:
        """The selected device, who did what, the PCs."""
        return about_lines(self._record, row, self._elsewhere.pcs) if self._record else ()

    def action_approve(self) -> None:
        """Approve the rollout, after a question."""
        if self._record is not None and self._record.rollout.waits_for_approval:
            self.dismiss(RolloutAct.APPROVE)
        else:
            self.notify("The rollout does not wait for approval.", severity="warning", markup=False)

    def action_cancel(self) -> None:
        """Cancel the rollout, after a question."""
        if self._record is None or self._record.rollout.over:
            self.notify("The rollout is over.", severity="warning", markup=False)
        else:
            self.dismiss(RolloutAct.CANCEL)

    def action_write(self) -> None:
        """Write the report of the rollout to a file."""
        if self._record is not None:
            self.start(self._write(self._record), "writing the report")

    async def _write(self, record: "Record") -> None:
        if words := await save_rollout_report(self.app, self.appearance, record):
            self.notify(words, markup=False)
