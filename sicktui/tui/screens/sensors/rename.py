"""Asks for the new name of a sensor (LocationName)."""

from msgspec import Struct

from sicktui.engine.parameters.plan import WritePlan
from sicktui.engine.parameters.write import LOCATION, check_value, location_limit
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, ExactField, FormValues
from sicktui.tui.dialogs.form import Form
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell


class NewName(Struct, frozen=True):
    """The answer."""

    name: str
    save: bool
    """Whether the sensor saves its parameters then."""


class RenameForm(Form[NewName]):
    """Starts with the present name. A name that the sensor would not accept is reported while typing.

    Args:
        appearance: how the dashboard looks.
        device: the device's name.
        present: the sensor's identity and its present name.
    """

    def __init__(self, appearance: Appearance, device: str, present: WritePlan) -> None:
        self._family = present.identity.name
        old = clean(present.old) if isinstance(present.old, str) else ""
        limit = f"At most {location_limit(self._family)} characters on a {clean(self._family)}."
        lines: list[Cell] = [
            (Span("LocationName is now "), Span(f"'{old}'", Tone.KEY)),
            cell(f"{limit} The name in the device list does not change.", Tone.DIM),
        ]
        fields = (
            ExactField(name="location", label="New name", value=old),
            CheckField(name="save", label="save it on the sensor, to survive a power cycle", value=True),
        )
        super().__init__(appearance, f"Rename {clean(device, 40)}", lines, fields, live=True)

    def check(self, values: FormValues) -> str:
        """What the sensor is known not to accept."""
        try:
            check_value(LOCATION, values["location"], self._family)
        except SicktuiError as error:
            return str(error)
        return ""

    def answer(self, values: FormValues) -> NewName:
        """The new name."""
        return NewName(values["location"], values.checked("save"))
