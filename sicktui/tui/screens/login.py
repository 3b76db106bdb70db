"""The password dialog. What is typed goes to the credential store, and nowhere else."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.device import Target
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back, Choice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.secret_input import SecretInput


class Password(Struct, frozen=True):
    """The answer: a password, and whether it is for all devices that were asked for."""

    password: str
    for_all: bool
    shared: bool = False
    """Whether it is kept once for their group, and not for each of them."""
    test: bool = True
    """Whether it is tried on the sensors before it is kept."""

    def __repr__(self) -> str:
        """Never the password."""
        return f"Password(for_all={self.for_all}, shared={self.shared})"


class Login(Dialog[Password]):
    """Asks for one device's password, and offers to use it for all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("enter", "keep", "Keep", show=False),
    ]

    title_text = "Login"
    keys_text = "enter keep   tab next field   space change a choice   esc back"

    def __init__(
        self, appearance: Appearance, targets: Sequence[Target], *, why: str = "", group: str | None = None
    ) -> None:
        super().__init__(appearance)
        self._targets = targets
        self._why = why
        self._group = group

    def body(self) -> list[Widget]:
        """Why it asks, the password, and for whom."""
        first = self._targets[0]
        lines: list[Cell] = [
            (
                Span("Password of "),
                Span(clean(first.user, 40), Tone.KEY),
                Span(" on "),
                Span(clean(first.device, 60), Tone.KEY),
                Span(f"  {clean(first.address, 60)}", Tone.DIM),
            ),
        ]
        if self._why:
            lines.insert(0, cell(self._why, Tone.DIM))
        box = SecretInput(password=True, id="password", placeholder="password")
        widgets: list[Widget] = [Prose(lines), box]
        if len(self._targets) > 1:
            widgets.append(
                Choice(
                    self.appearance.glyphs,
                    f"use it for all {len(self._targets)} devices",
                    value=True,
                    id="all",
                )
            )
            if self._group is not None:
                label = f"keep it once, for {clean(self._group, 40)} and whatever joins it later"
                widgets.append(Choice(self.appearance.glyphs, label, value=False, id="shared"))
        label = "try it once on the sensor before it is kept"
        return [*widgets, Choice(self.appearance.glyphs, label, value=True, id="test"), Back()]

    def on_mount(self) -> None:
        """Straight to the password."""
        self.query_one("#password").focus()

    @on(Input.Submitted, "#password")
    def action_keep(self) -> None:
        """Answer with what was typed; nothing typed is no answer."""
        password = self.query_one("#password", Input).value
        if not password:
            self.dismiss(None)
            return
        chosen = {choice.id: choice.value for choice in self.query(Choice)}
        for_all = chosen.get("all", True)
        shared = for_all and chosen.get("shared", False)
        self.dismiss(Password(password, for_all, shared=shared, test=chosen.get("test", True)))
