"""A plan on the screen: a row a device, the selected one in full, the options with their keys."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from sicktui.tui.appearance import Appearance
from sicktui.tui.drawing.columns import Column, Row
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=Row)


class PlanView(Screen[AnswerT | None], Generic[AnswerT, RowT]):
    """Subclasses read the plan in a worker named ``plan``, and paint it. Leaving answers ``None``."""

    AUTO_FOCUS = "#plan"
    DEFAULT_CSS = """
    PlanView #head, PlanView #keys { background: $panel; }
    PlanView #head { height: 2; }
    PlanView Table { height: 1fr; }
    PlanView #about { height: auto; max-height: 8; padding: 0 1; }
    PlanView #options { padding: 0 1; height: auto; margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "go_on", "Continue", show=False),
        Binding("enter", "go_on", "Continue", show=False, priority=True),
        Binding("q,escape", "leave", "Back", show=False),
        Binding("b", "option('backup')", "Backup", show=False),
        Binding("d", "option('allow_downgrade')", "Downgrade", show=False),
        Binding("f", "option('force')", "Force", show=False),
        Binding("s", "option('persist')", "Save parameters", show=False),
        Binding("c", "canary", "Canary", show=False),
        Binding("m", "budget", "Failures", show=False),
        Binding("o", "options", "All options", show=False),
        Binding("R", "plan", "Read again", show=False),
    ]

    columns: ClassVar[Sequence[Column[Any]]] = ()
    hints: Sequence[Hint] = ()
    """The line of keys."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__(classes="" if appearance.glyphs.unicode else "-ascii")
        self.appearance = appearance
        self.trouble = ""
        """Why there is no plan."""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        glyphs = self.appearance.glyphs
        yield LineBar(glyphs=glyphs, id="head")
        yield Table(self.columns, "Plan", glyphs=glyphs, id="plan")
        yield Prose(id="about")
        yield Prose(id="options")
        yield HintBar(glyphs=glyphs, id="keys")

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#keys", HintBar).show_hints(self.hints)
        self.action_plan()

    @property
    def table(self) -> Table[RowT]:
        """The devices."""
        return self.query_one("#plan", Table)

    @abstractmethod
    def action_plan(self) -> None:
        """Read (again)."""

    @abstractmethod
    def action_go_on(self) -> None:
        """Ask whether to start."""

    @abstractmethod
    def paint(self) -> None:
        """Show what is known now."""

    @abstractmethod
    def paint_about(self) -> None:
        """Show the selected device in full."""

    @abstractmethod
    def change(self, how: Callable[[Any], Any]) -> None:
        """Change the options."""

    @on(Table.Selected)
    def _selection_moved(self) -> None:
        self.paint_about()

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self.trouble = f"Planning failed: {message.worker.error}"
            self.paint()

    def action_option(self, name: str) -> None:
        """Turn an option on or off."""
        self.change(lambda request: request.turned(name))

    def action_canary(self) -> None:
        """Change the number of canaries."""
        self.change(lambda request: request.next_canary())

    def action_budget(self) -> None:
        """Change the number of failures at which nothing more is started."""
        self.change(lambda request: request.next_budget())

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
