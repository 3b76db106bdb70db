"""Textual's stylesheet without the work that it does twice at a start."""

from sicktui.tui.terminal.late_styles import LateStylesheet


class OnceParsed(LateStylesheet):
    """Parses again only for other colours: Textual refreshes all styles when it sets the first theme."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._known = variables
        self._is_old = False

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the variables of a theme."""
        if variables != self._known:
            self._known, self._is_old = variables, True
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse again what was parsed with other variables."""
        if self._is_old:
            self._is_old = False
            super().reparse()
