"""An input for secrets: shown as dots, and never copied."""

from textual.widgets import Input


class SecretInput(Input):
    """As ``Input``, but nothing goes from it to the clipboard while it shows dots.

    A copy is sent to the terminal (OSC 52) in clear text: into recordings of the session, the
    history of a terminal multiplexer, and the clipboard of whoever sits there next.
    """

    def action_copy(self) -> None:
        """Copy what is selected, unless it is a secret."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Take away what is selected; a secret is not kept for pasting."""
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()
