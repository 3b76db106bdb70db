"""The name that a sensor has of its own: the old one, the new one, and how long it may be."""

from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.engine.parameters.write import LOCATION, WritePlan, check_value, location_limit
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back, Choice, Field
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.widgets.prose import Prose


class NewName(Struct, frozen=True):
    """The answer."""

    name: str
    save: bool
    """Whether the sensor saves its parameters then."""


class RenameForm(Dialog[NewName]):
    """Starts with the present name. What the sensor is known not to take is said at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("enter", "go_on", "Go on", show=False),
    ]

    keys_text = "enter go on   tab next field   space change a choice   esc back"

    def __init__(self, appearance: Appearance, device: str, present: WritePlan) -> None:
        super().__init__(appearance)
        self.title_text = f"Rename {clean(device, 40)}"
        self._present = present

    def body(self) -> list[Widget]:
        """The present name, the new one, its limit."""
        family = self._present.identity.name
        old = self._present.old if isinstance(self._present.old, str) else ""
        limit = location_limit(family)
        lines: list[Cell] = [
            (Span("LocationName is now "), Span(f"'{clean(old)}'", Tone.KEY)),
            cell(
                f"A {clean(family)} takes at most {limit} characters. The name in the list stays.", Tone.DIM
            ),
            (),
        ]
        return [
            Prose(lines),
            Field("New name", "location", clean(old)),
            Prose(id="problem"),
            Choice(
                self.appearance.glyphs,
                "save it on the sensor, to survive a power cycle",
                value=True,
                id="save",
            ),
            Back(),
        ]

    def on_mount(self) -> None:
        """Straight to the name."""
        self.query_one("#location").focus()

    @property
    def _entered(self) -> str:
        return self.query_one("#location", Input).value

    @on(Input.Changed)
    def _say_what_is_wrong(self) -> None:
        problem = self._problem()
        self.query_one("#problem", Prose).show(cell(problem, Tone.BAD))

    def _problem(self) -> str:
        try:
            check_value(LOCATION, self._entered, self._present.identity.name)
        except SicktuiError as error:
            return clean(str(error), 300)
        return ""

    @on(Input.Submitted)
    def action_go_on(self) -> None:
        """Answer, unless the sensor is known not to take it."""
        if not self._problem():
            self.dismiss(NewName(self._entered, self.query_one("#save", Choice).value))
