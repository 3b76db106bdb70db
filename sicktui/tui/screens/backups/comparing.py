"""Compares sensors with what is restored onto them, while the plan is shown; and asks before the restore."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.restore.plan import RestorePlan
from sicktui.engine.restore.preview import preview_restore, to_read
from sicktui.model.errors import SicktuiError
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.rows.restore.preview import Comparing


async def compare_with_backup(context: Context, plan: RestorePlan, show: Callable[[Comparing], None]) -> None:
    """Read what a restore would change, and show how far the reading is and then what came of it.

    Args:
        context: for the engine.
        plan: a plan that may go.
        show: shows the state of the comparison.
    """
    whole = len(to_read(plan))
    show(Comparing(whole=whole))
    if whole == 0:
        return
    try:
        preview = await preview_restore(
            context, plan, lambda done, whole: show(Comparing(done=done, whole=whole))
        )
    except SicktuiError as error:
        show(Comparing(whole=whole, trouble=str(error)))
    else:
        show(Comparing(done=whole, whole=whole, preview=preview))


class RestoreQuestion(Confirm):
    """Asks whether to restore, and whether to back up first.

    Args:
        appearance: how the dashboard looks.
        lines: the question; its argument is whether the present parameters are backed up first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "switch", "Back up first", show=False)]

    def __init__(self, appearance: Appearance, lines: Callable[[bool], list[Cell]]) -> None:
        super().__init__(appearance, "Start the restore?", lines(True), yes="restore", no="back to the plan")  # noqa: FBT003 - the default
        self.backs_up = True
        """Whether the present parameters are backed up first."""
        self._lines = lines
        self.keys_text = self._keys()

    def _keys(self) -> str:
        return f"y restore   b back up first: {'yes' if self.backs_up else 'no'}   n back to the plan"

    def action_switch(self) -> None:
        """Back up first, or not."""
        self.backs_up = not self.backs_up
        self.keys_text = self._keys()
        self._show_keys(self.query_one("#body").show_vertical_scrollbar)
        self.paint()

    def paint(self) -> None:
        """Show what is known now."""
        self.show(self._lines(self.backs_up))
