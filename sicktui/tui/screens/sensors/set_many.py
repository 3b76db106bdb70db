"""Sets one parameter of several sensors: the plan, one question, and the result of each."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import structs
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.parameters.write_many import SetPlan, SetResult, write_each
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.parameters.set_many import SET_COLUMNS, SetRow, about, question, summary


class SetScreen(TableScreen[bool, SetRow]):
    """Shows what each sensor would get, and writes once that is confirmed. It cannot be left while it writes.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        name: the parameter.
        plans: of each sensor.
        save: whether each sensor saves its parameters then.
    """

    DEFAULT_CSS = "SetScreen Table { height: 55%; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "go_on", "write"),
        Binding("enter", "go_on", "Write", show=False, priority=True),
    ]
    columns = SET_COLUMNS
    table_title = "Plan"

    def __init__(
        self, appearance: Appearance, context: Context, name: str, plans: Sequence[SetPlan], *, save: bool
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._parameter = name
        self._save = save
        self._rows = {plan.item.device: SetRow(plan=plan) for plan in plans}
        self._writes = False
        self._wrote = False

    def begin(self) -> None:
        """Show the plan."""
        super().begin()
        self.paint()

    def action_go_on(self) -> None:
        """Ask whether to write, once."""
        rows = list(self._rows.values())
        if self._writes or self._wrote:
            words = "Still writing." if self._writes else "Written already; q goes back."
            self.notify(words, markup=False)
            return
        if not any(row.plan.may_go for row in rows):
            text = "Nothing would be written; see the reasons in the plan."
            self.notify(text, severity="warning", markup=False)
            return
        lines = question(rows, self.appearance.glyphs, name=self._parameter, save=self._save)
        asked = Confirm(self.appearance, "Write the parameter?", lines, yes="write", no="back to the plan")

        def decide(agreed: bool | None) -> None:
            if agreed:
                self._writes = self._wrote = True
                self.start(self._write(), "writing")

        self.app.push_screen(asked, decide)

    async def _write(self) -> None:
        for device, row in self._rows.items():
            self._rows[device] = structs.replace(row, writing=row.plan.may_go)
        self.paint()
        try:
            await write_each(
                self._engine_context,
                [row.plan for row in self._rows.values()],
                persist=self._save,
                on_end=self._ended,
            )
        finally:
            self._writes = False
        self.paint()

    def _ended(self, device: str, result: SetResult) -> None:
        self._rows[device] = structs.replace(self._rows[device], result=result, writing=False)
        self.paint()

    def action_leave(self) -> None:
        """Leave, unless something is being written; the answer is whether something was."""
        if self._writes:
            self.notify("Writing to the sensors. Wait for the results.", severity="warning", markup=False)
            return
        self.dismiss(self._wrote)

    def paint(self) -> None:
        """Show what is known now."""
        rows = list(self._rows.values())
        words = (
            "Writing. Each value is read back."
            if self._writes
            else "The results; each value was read back."
            if self._wrote
            else "Nothing is written until you confirm."
        )
        name = Span(clean(self._parameter, 60), Tone.KEY)
        self.show_head((Span("Set ", Tone.DIM), name), cell(words, Tone.DIM))
        self.table.show(rows)
        self.table.set_title((Span("Plan "), Span(summary(rows), Tone.DIM)))
        self.paint_text()

    def about(self, row: SetRow | None) -> list[Cell]:
        """One sensor in full."""
        return about(row, self.appearance.glyphs) if row is not None else []
