"""Everything known about one device."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import details, plain
from sicktui.tui.widgets.prose import Prose

REFRESH_EVERY = 1.0


class Details(Dialog[None]):
    """The verdict with its advice, the steps, and what the sensor reports; updated every second."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v,enter", "leave", "Back", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]

    keys_text = "y copy   q back"

    def __init__(self, appearance: Appearance, dashboard: DashboardState, device: str) -> None:
        super().__init__(appearance)
        self.title_text = clean(device, 60)
        self._dashboard = dashboard
        self._device = device

    def body(self) -> list[Widget]:
        """Show the details."""
        return [Prose(details(self._dashboard, self._device, self.appearance.glyphs), id="details")]

    def on_mount(self) -> None:
        """Follow the run."""
        self.set_interval(REFRESH_EVERY, self._show)

    def _show(self) -> None:
        self.query_one("#details", Prose).show(
            *details(self._dashboard, self._device, self.appearance.glyphs)
        )

    def action_copy(self) -> None:
        """Copy the text to the terminal's clipboard (OSC 52); not every terminal supports it."""
        self.app.copy_to_clipboard(plain(details(self._dashboard, self._device, self.appearance.glyphs)))
        self.notify("Copied to the clipboard, if your terminal supports it.", markup=False)
