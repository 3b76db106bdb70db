"""The base of the screens that fill the terminal: a head, a middle, a text that scrolls, the keys."""

from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import keep_styles
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.drawing.spans import Cell, Tone, cell, hanging_indent
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.scroll_box import ScrollBox
from sicktui.tui.widgets.spoken import spoken

AnswerT = TypeVar("AnswerT")


class FullScreen(Screen[AnswerT | None], Generic[AnswerT]):
    """From top to bottom: two lines of head, the widgets of ``middle``, a text, the line of keys.

    Leaving answers ``None``. ``w`` and tab move the focus to the next part. The line of keys names each
    binding with ``show`` by its description, the most important first, those of a base class before its
    subclasses'.
    """

    DEFAULT_CSS = """
    FullScreen #head, FullScreen #keys { background: $panel; }
    FullScreen #head { height: 2; }
    FullScreen #keys { height: 1; }
    FullScreen Prose { background: transparent; }
    FullScreen.-ascii ScrollBox:focus { border-left: ascii $accent; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "leave", "Back", show=False),
        Binding("w", "app.focus_next", "Next part", show=False),
    ]

    first_hints: ClassVar[Sequence[Hint]] = ()
    """Before the keys of the bindings."""
    last_hints: ClassVar[Sequence[Hint]] = (("q", "back"),)
    """After them."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__(classes="" if appearance.glyphs.unicode else "-ascii")
        self.appearance = appearance
        self.trouble = ""
        self._text: Sequence[Cell] = ()

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        glyphs = self.appearance.glyphs
        yield LineBar(glyphs=glyphs, id="head")
        yield from self.middle()
        with ScrollBox(id="text"):
            yield Prose(id="about")
        yield HintBar(glyphs=glyphs, id="keys")

    def middle(self) -> list[Widget]:
        """The widgets between head and text."""
        return []

    def on_mount(self) -> None:
        """Begin."""
        self.begin()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Open, or come back from another screen."""
        keep_styles(self, event)

    def begin(self) -> None:
        """Start, once the widgets exist."""

    def on_resize(self) -> None:
        """Wrap for the width, with every key in sight."""
        self.show_keys()
        self.show_text(self._text)

    def show_keys(self) -> None:
        """Show the keys that hold now."""
        self.query_one("#keys", HintBar).show_hints(self.keys_now())

    def keys_now(self) -> Sequence[Hint]:
        """The keys that hold now; subclasses with a line for text have others there."""
        return self.key_hints()

    @classmethod
    def key_hints(cls) -> list[Hint]:
        """What the last line shows."""
        ours = [base for base in reversed(cls.__mro__) if issubclass(base, FullScreen)]
        declared = [b for base in ours for b in base.__dict__.get("BINDINGS", ()) if isinstance(b, Binding)]
        shown = [(b.key_display or b.key.split(",")[0], b.description) for b in declared if b.show]
        return [*cls.first_hints, *shown, *cls.last_hints]

    def start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Do something in a worker; what was in progress is stopped."""
        self.run_worker(work, group="work", name=name, exclusive=True, exit_on_error=False)

    def show_head(self, *lines: Cell) -> None:
        """Show what this is about."""
        self.query_one("#head", LineBar).show(*lines)

    def show_text(self, lines: Sequence[Cell]) -> None:
        """Show the text, with the trouble on top."""
        self._text = lines
        trouble: list[Cell] = [cell(self.trouble, Tone.BAD), ()] if self.trouble else []
        width = self.size.width - 3  # the margins, and the scroll bar's place
        hung = [part for line in lines for part in hanging_indent(spoken(line), width)]
        # A screen that is closing or not composed yet has no such widget; the next resize shows the text.
        for about in self.query("#about").results(Prose):
            about.show(*trouble, *hung)

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self.trouble = f"Error while {message.worker.name}: {message.worker.error!r}"
            self.paint()

    def paint(self) -> None:
        """Show what is known now."""

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
