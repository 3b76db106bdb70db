"""Asks for the passphrase that a backup was made with."""

from typing import Final

from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Face
from sicktui.tui.drawing.spans import Span, Tone, cell
from sicktui.tui.screens.secret_form import Asked, SecretForm

NOT_THE_ONE: Final = "That is not the one that this backup was made with."
PHRASE: Final = Asked(name="phrase", label="Passphrase")


def passphrase_form(face: Face, device: str, backup: str, problem: str = "") -> SecretForm:
    """The dialog; the answer's field is ``phrase``."""
    lines = [
        (
            Span("The backup "),
            Span(clean(backup, 80), Tone.KEY),
            Span(" for "),
            Span(clean(device, 40), Tone.KEY),
        ),
        cell("needs the passphrase that it was made with. It is tested here; no sensor sees a wrong one."),
        cell("It is used for this restore alone, and not kept.", Tone.DIM),
    ]
    return SecretForm(face, "Passphrase of the backup", lines, [PHRASE], problem=problem)
