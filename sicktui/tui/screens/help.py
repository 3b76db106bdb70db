"""The help: every command with its key, and what the signs mean."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sicktui.model.enums import StepState, Verdict
from sicktui.stores.disk.home import Home
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.command import Command
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, width_of, wrapped
from sicktui.tui.rows.jobs import VERDICT_TONES
from sicktui.tui.widgets.prose import Prose


class HelpScreen(Dialog[None]):
    """Generated from the command table; scrolls with j and k."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "leave", "Back", show=False),
        Binding("space", "page(1)", "Page down", show=False),
    ]

    title_text = "Help"
    keys_text = "q back"

    def __init__(self, appearance: Appearance, home: Home) -> None:
        super().__init__(appearance)
        self._home = home

    def body(self) -> list[Widget]:
        """The commands by group, the movements, the signs, the files."""
        return [Prose(id="help")]

    def on_resize(self) -> None:
        """Wrap for the width, with the explanations in a separate column."""
        lines = [*self._commands(), *_movements(), *self._signs(), *self._files()]
        width = self.query_one("#body").size.width - 1  # the scroll bar's
        self.query_one("#help", Prose).show(*(part for line in lines for part in _hanging(line, width)))

    def _commands(self) -> list[Cell]:
        lines: list[Cell] = []
        for group in dict.fromkeys(command.group for command in COMMANDS):
            lines.append(cell(group, Tone.KEY))
            lines += [self._line(command) for command in COMMANDS if command.group == group]
            lines.append(())
        return lines

    def _line(self, command: Command) -> Cell:
        also = f" (also {', '.join(command.also)})" if command.also else ""
        key = self.appearance.keys.of(command)
        return (
            Span(f"{key:>6}  ", Tone.KEY),
            Span(f"{command.title:<12}"),
            Span(f"{command.help}{also}", Tone.DIM),
        )

    def _signs(self) -> list[Cell]:
        glyphs = self.appearance.glyphs
        steps = [*StepState, None]
        names = {None: "not reached"}
        return [
            cell("Signs", Tone.KEY),
            cell("  steps    " + "   ".join(f"{glyphs.step(s)} {names.get(s, s)}" for s in steps)),
            (
                Span("  verdicts "),
                *(Span(f"{glyphs.verdict(v)} {v.value}   ", VERDICT_TONES[v]) for v in Verdict),
            ),
            cell(f"  marks    {glyphs.mark} marked   {glyphs.cursor} selected"),
            (),
        ]

    def _files(self) -> list[Cell]:
        return [
            cell("Files", Tone.KEY),
            cell(f"  settings {self._home.config_file}"),
            cell(f"  devices  {self._home.devices_file}"),
            cell(f"  journal  {self._home.journal_file}"),
            cell('  Change keys in the [keys] table of the settings, e.g. update = "U".', Tone.DIM),
        ]


def _hanging(line: Cell, width: int) -> list[Cell]:
    """A line whose last span wraps below itself."""
    if not line:
        return [()]
    *lead, last = line
    indent = width_of(lead)
    first, *more = wrapped(last.text, max(20, width - indent)) if lead else [last.text]
    return [(*lead, Span(first, last.tone)), *((Span(" " * indent), Span(text, last.tone)) for text in more)]


def _movements() -> list[Cell]:
    pairs = (
        ("j k", "one line down, up (also the arrows)"),
        ("J K", "a page down, up"),
        ("< >", "to the top, to the end"),
        ("enter", "details of the selected device"),
    )
    lines = [(Span(f"{keys:>6}  ", Tone.KEY), Span(" " * 12), Span(what, Tone.DIM)) for keys, what in pairs]
    return [cell("Moving", Tone.KEY), *lines, ()]
