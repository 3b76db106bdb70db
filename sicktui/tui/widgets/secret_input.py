"""An input for secrets: shown as dots, and never copied."""

from textual.widgets import Input


class SecretInput(Input):
    """As ``Input``, but nothing goes from it to the clipboard while it shows dots.

    A copy is sent to the terminal (OSC 52) in clear text: into recordings of the session, the
    history of a terminal multiplexer, and the clipboard of the next person at that PC.
    """

    def action_copy(self) -> None:
        """Copy what is selected, unless it is a secret."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Delete the selection; a secret is not copied to the clipboard."""
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()
