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


class PreviewQuestion(Confirm):
    """A question whose preview is still read. ``y`` answers once it is complete, or was skipped with ``s``.

    Args:
        appearance: how the dashboard looks.
        title: the question in a few words.
        lines: the question with what is known so far; painted anew with each ``paint``.
        reading: whether the preview is not complete yet.
        yes: what ``y`` does.
        no: where ``n`` leads.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "skip", "Skip the preview", show=False)]

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        lines: Callable[[], list[Cell]],
        reading: Callable[[], bool],
        *,
        yes: str,
        no: str,
    ) -> None:
        super().__init__(appearance, title, lines(), yes=yes, no=no)
        self._lines = lines
        self._reading = reading
        self._yes, self._no = yes, no
        self._skipped = False
        self.keys_text = self._keys()

    @property
    def _waits(self) -> bool:
        return self._reading() and not self._skipped

    def more_keys(self) -> str:
        """Keys between the first and the last."""
        return ""

    def _keys(self) -> str:
        first = "s skip the preview" if self._waits else f"y {self._yes}"
        return "   ".join(filter(None, (first, self.more_keys(), f"n {self._no}")))

    def action_agree(self) -> None:
        """Answer yes, unless what would change is still read."""
        if self._waits:
            self.notify("Still comparing. Wait for the changes, or press s to skip them.", markup=False)
            return
        super().action_agree()

    def action_skip(self) -> None:
        """Let ``y`` answer before it is known what would change."""
        self._skipped = True
        self.paint()

    def paint(self) -> None:
        """Show what is known now."""
        self.keys_text = self._keys()
        for body in self.query("#body"):
            self._show_keys(body.show_vertical_scrollbar)
        self.show(self._lines())


class RestoreQuestion(PreviewQuestion):
    """Asks whether to restore, and whether to back up first.

    Args:
        appearance: how the dashboard looks.
        lines: the question; its argument is whether the present parameters are backed up first.
        reading: whether what would change is still read.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "switch", "Back up first", show=False)]

    def __init__(
        self, appearance: Appearance, lines: Callable[[bool], list[Cell]], reading: Callable[[], bool]
    ) -> None:
        self.backs_up = True
        """Whether the present parameters are backed up first."""
        super().__init__(
            appearance,
            "Start the restore?",
            lambda: lines(self.backs_up),
            reading,
            yes="restore",
            no="back to the plan",
        )

    def more_keys(self) -> str:
        """Whether it backs up first."""
        return f"b back up first: {'yes' if self.backs_up else 'no'}"

    def action_switch(self) -> None:
        """Back up first, or not."""
        self.backs_up = not self.backs_up
        self.paint()
