"""Asks for the list of new sensors, and shows how far each of them has come."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sicktui.engine.address.commission import Commissioned, OnDone, OnWords
from sicktui.model.enums import Verdict
from sicktui.model.network.address_change import AddressStage
from sicktui.model.network.addressing import NO_GATEWAY
from sicktui.model.network.commissioning import Entry
from sicktui.model.safe_text import clean
from sicktui.stores.config.commissioning_file import COLUMNS
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, FormValues, PathField, SecretField, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.progress import ProgressDialog
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.widgets.prose import Prose

TONES: Final = {Verdict.SUCCEEDED: Tone.GOOD, Verdict.FAILED: Tone.BAD, Verdict.UNKNOWN: Tone.WARN}
_NAME: Final = 20


def list_form(appearance: Appearance, before: FormValues | None, problem: str) -> ValuesForm:
    """Asks for the file and how to search.

    Args:
        appearance: how the dashboard looks.
        before: what was entered before; ``None`` at first.
        problem: what was wrong with that.
    """
    lines = [
        cell("A .csv table of sensors out of the box. They are asked one by one by AutoIP."),
        cell(f"Columns: {', '.join(COLUMNS)}; address, and mac or serial, are needed.", Tone.DIM),
        cell("By default a sensor takes an address for 60 s after it was switched on only.", Tone.DIM),
    ]

    def value(name: str, default: str) -> str:
        return default if before is None else before.get(name, default)

    fields = (
        PathField(
            name="file",
            label="File",
            value=value("file", ""),
            hint="path of a .csv file",
            endings=(".csv",),
            required=True,
        ),
        TextField(name="wait", label="Wait", value=value("wait", "120"), hint="seconds"),
        SecretField(name="password", label="Password", hint="of the sensors, for their names"),
        TextField(name="target", label="Ask also", value=value("target", ""), hint="IP[:PORT], by unicast"),
        TextField(name="port", label="REST port", value=value("port", "80")),
        CheckField(
            name="quiet",
            label="send no broadcasts: ask only the address above",
            value=before is not None and before.checked("quiet"),
        ),
    )
    return ValuesForm(
        appearance, "Commission new sensors", lines, fields, check=_check, problem=problem, submit="read it"
    )


def _check(values: FormValues) -> str:
    for name, most in (("wait", 86_400), ("port", 65_535)):
        text = values[name]
        if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= most):  # noqa: PLR2004
            return f"{name.capitalize()}: enter a whole number up to {most}."
    return ""


def list_lines(entries: Sequence[Entry], outside: Sequence[str], warning: str) -> list[Cell]:
    """What is confirmed before a list is set up."""
    lines: list[Cell] = []
    for entry in entries:
        sensor = f"MAC {entry.mac}" if entry.mac else f"serial {entry.serial}"
        gateway = "" if entry.config.gateway == NO_GATEWAY else f", gateway {entry.config.gateway}"
        lines.append(
            (
                Span(f"{clean(entry.name or '-', _NAME).ljust(_NAME)}  ", Tone.KEY),
                Span(f"{entry.config.address}{gateway}  "),
                Span(clean(sensor, 40), Tone.DIM),
            )
        )
    return [*lines, *(cell(f"{warning} {clean(words, 300)}", Tone.WARN) for words in outside)]


class CommissionProgress(ProgressDialog):
    """Sets the sensors up, and shows what is being done with each.

    Args:
        appearance: how the dashboard looks.
        entries: the list.
        work: does it, and is handed what to call.
    """

    def __init__(
        self,
        appearance: Appearance,
        entries: Sequence[Entry],
        work: Callable[[OnWords, OnDone], Awaitable[list[Commissioned]]],
    ) -> None:
        self._state: dict[str, tuple[str, Tone]] = {entry.label: ("waiting", Tone.DIM) for entry in entries}
        title = "Commissioning"
        super().__init__(appearance, title, self._rows(), lambda: work(self._said, self._done), stops=True)

    def _said(self, entry: Entry, _stage: AddressStage, words: str) -> None:
        self._state[entry.label] = (words, Tone.BUSY)
        self._repaint()

    def _done(self, result: Commissioned) -> None:
        self._state[result.entry.label] = (result.verdict.value, TONES.get(result.verdict, Tone.DIM))
        self._repaint()

    def _rows(self) -> list[Cell]:
        return [
            (Span(f"{clean(label, _NAME).ljust(_NAME)}  ", Tone.KEY), Span(clean(words, 200), tone))
            for label, (words, tone) in self._state.items()
        ]

    def _repaint(self) -> None:
        if self.is_mounted:
            self.query_one("#body Prose", Prose).show(*self._rows())


def result_lines(results: Sequence[Commissioned]) -> list[Cell]:
    """What became of each sensor."""
    lines: list[Cell] = []
    for result in results:
        lines.append(
            (
                Span(f"{clean(result.entry.label, 40)}  ", Tone.KEY),
                Span(result.verdict.value, TONES.get(result.verdict, Tone.DIM)),
                Span(f"  {clean(result.message, 600)}"),
            )
        )
        if result.advice:
            lines.append(cell(f"  {clean(result.advice, 400)}", Tone.DIM))
    return lines
