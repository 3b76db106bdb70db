"""The help: the keys of here and now, all keys, and what the signs mean."""

from collections.abc import Mapping, Sequence
from typing import Final

from sicktui.model.enums import StepState, Verdict
from sicktui.model.filter.fields import FIELDS
from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.command import Command
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.commands.hints import ALWAYS, in_order
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, text_of, truncate, wrapped
from sicktui.tui.drawing.verdicts import verdict_cell
from sicktui.tui.glyphs import Glyphs

_MOVEMENTS: Final = (
    ("j k", "line down, up (arrows)", "J K", "page down, up (page keys)"),
    ("g G", "top, end (< >, home, end)", "^d ^u", "half a page down, up"),
    ("enter", "open what is selected", "q esc", "back"),
)
_KEY: Final = 6
_TITLE: Final = 12
_HALF: Final = 28
_FEW: Final = 3
"""Commands that fit into a line with their names."""


def movements() -> list[Cell]:
    """The keys that move, in every list and text."""
    return [
        cell("Moving", Tone.KEY),
        *(
            (
                Span(f"{one:>{_KEY}}  ", Tone.KEY),
                Span(f"{what:<{_HALF}}", Tone.DIM),
                Span(f"{other:>{_KEY}}  ", Tone.KEY),
                Span(then, Tone.DIM),
            )
            for one, what, other, then in _MOVEMENTS
        ),
    ]


def help_here(now: CommandContext, keys: KeyMap, glyphs: Glyphs, width: int) -> list[Cell]:
    """The commands of the focused pane, one line each: what it does, or why not.

    The most used come first, and what cannot be done now comes last.
    """
    lines = [*movements(), (), cell(f"Here: {now.pane}", Tone.KEY)]
    idle: dict[str, list[Command]] = {}
    for command in in_order(now):
        if reason := command.unavailable_because(now):
            idle.setdefault(reason, []).append(command)
        else:
            told = (*_lead(command, keys), Span(command.help, Tone.DIM))
            lines.append(truncate(told, width, glyphs.ellipsis))
    for reason, commands in idle.items():
        lines += _not_now(reason, commands, keys, glyphs, width)
    ways = [f"{keys.of(command.id)} {command.title}" for command in COMMANDS if command.id in ALWAYS]
    return [*lines, cell(f"{'':>{_KEY}}  {'   '.join(ways)}", Tone.DIM)]


def _not_now(
    reason: str, commands: Sequence[Command], keys: KeyMap, glyphs: Glyphs, width: int
) -> list[Cell]:
    """What cannot be done for one reason, which is there once: in a line, or as many as it takes."""
    if len(commands) == 1:
        told = (*_lead(commands[0], keys, Tone.DIM), Span(reason, Tone.DIM))
        return [truncate(told, width, glyphs.ellipsis)]
    indent = " " * (_KEY + 2)
    names = ", ".join(f"{keys.of(command.id)} {command.title}" for command in commands)
    words = f"{names}: {reason}"
    if len(commands) <= _FEW:
        return [truncate(cell(f"{indent}{words}", Tone.DIM), width, glyphs.ellipsis)]
    return [cell(f"{indent}{line}", Tone.DIM) for line in wrapped(words, width - len(indent))]


def help_all(keys: KeyMap, glyphs: Glyphs, files: Mapping[str, str]) -> list[Cell]:
    """Every command by group, the movements, the filter, the signs, the files."""
    lines = [*movements(), ()]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines.append(cell(group, Tone.KEY))
        lines += [_whole(command, keys) for command in COMMANDS if command.group == group]
        lines.append(())
    return [*lines, *_filter(), *_signs(glyphs), *_files(files)]


def matching(lines: Sequence[Cell], wanted: str) -> list[Cell]:
    """The lines that have all the words, without the headings."""
    words = wanted.lower().split()
    found = [line for line in lines if len(line) > 1 and all(w in text_of(line).lower() for w in words)]
    return found or [cell("  Nothing in the help has these words.", Tone.DIM)]


def _lead(command: Command, keys: KeyMap, tone: Tone = Tone.KEY) -> Cell:
    return (Span(f"{keys.of(command.id):>{_KEY}}  ", tone), Span(f"{command.title:<{_TITLE}} "))


def _whole(command: Command, keys: KeyMap) -> Cell:
    also = f" Also {', '.join(command.also)}." if command.also else ""
    pane = f" In the {command.pane} pane." if command.is_local else ""
    return (*_lead(command, keys), Span(f"{command.help}{pane}{also}", Tone.DIM))


def _filter() -> list[Cell]:
    lead = _KEY + 2 + _TITLE + 1
    return [
        cell("Filter", Tone.KEY),
        *((Span(f"  {field.example:<{lead - 2}}"), Span(field.help, Tone.DIM)) for field in FIELDS),
        (Span(f"  {'!a  a|b  a,b':<{lead - 2}}"), Span("not; or between parts; or between values", Tone.DIM)),
        (),
    ]


def _signs(glyphs: Glyphs) -> list[Cell]:
    names = {None: "not reached"}
    steps = "   ".join(f"{glyphs.step(step)} {names.get(step, step)}" for step in (*StepState, None))
    return [
        cell("Signs", Tone.KEY),
        (Span("  steps    "), Span(steps)),
        (
            Span("  verdicts "),
            *joined((verdict_cell(verdict, glyphs) for verdict in Verdict), Span("   ")),
        ),
        (Span("  marks    "), Span(f"{glyphs.mark} marked   {glyphs.cursor} selected")),
        (),
    ]


def _files(files: Mapping[str, str]) -> list[Cell]:
    return [
        cell("Files", Tone.KEY),
        *((Span(f"  {name:<9}"), Span(path)) for name, path in files.items()),
        cell('  Change keys in the [keys] table of the settings, e.g. update = "U".', Tone.DIM),
    ]
