"""The dialog for a new password of sensors."""

from collections.abc import Sequence
from typing import Final

from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.passwords.new import check_new_password
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, FormValues, SecretField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Span, Tone, cell

FIELDS: Final = (
    SecretField(name="new", label="New password"),
    SecretField(name="again", label="Repeat it"),
    CheckField(name="generate", label="generate another one for each sensor instead"),
)


def change_form(appearance: Appearance, targets: Sequence[Target]) -> ValuesForm:
    """Asks for the new password, twice, or to generate it.

    Args:
        appearance: how the dashboard looks.
        targets: the devices, at least one.
    """
    first = clean(targets[0].device, 40)
    who = first if len(targets) == 1 else f"{count(len(targets), 'sensor')}, one after the other"
    lines = [
        (Span("The password of "), Span(clean(targets[0].user, 40), Tone.KEY), Span(f" on {who}.")),
        cell("It is stored before it is sent, and a login confirms it. Printable ASCII only.", Tone.DIM),
        cell("Without it, only SICK can reset the password of a sensor.", Tone.WARN),
    ]
    return ValuesForm(
        appearance, "Change password", lines, FIELDS, check=_problem, submit="change", stepwise=True
    )


def _problem(typed: FormValues) -> str:
    if typed.checked("generate"):
        return "" if not typed["new"] else "Leave the fields empty to generate a password."
    try:
        check_new_password(typed["new"])
    except SicktuiError as error:
        return str(error)
    return "" if typed["new"] == typed["again"] else "The two passwords differ."
