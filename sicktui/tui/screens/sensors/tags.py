"""Shows the tags, which are the groups for passwords too; adds, renames and removes them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType

from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.stores.config.device_rules import TAG_RULE, is_tag
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import FormValues, TextField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.tags import TAG_COLUMNS, TagRow


class TagAct(StrEnum):
    """What an operator can do with tags."""

    TAG = "tag"
    UNTAG = "untag"
    RENAME = "rename"
    REMOVE = "remove"
    LOGIN = "login"


class TagAnswer(Struct, frozen=True, kw_only=True):
    """What to do, and with which tag."""

    act: TagAct
    tag: str = ""


class TagsScreen(TableScreen[TagAnswer, TagRow]):
    """The answer is what to do next.

    Args:
        appearance: how the dashboard looks.
        rows: the tags.
        chosen: the marked devices, or the selected one.
        selected: the tag that the cursor begins on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "act('tag')", "tag"),
        Binding("u", "act('untag')", "untag"),
        Binding("L", "act('rename')", "rename"),
        Binding("x", "act('remove')", "remove the tag"),
        Binding("l", "act('login')", "password"),
    ]
    columns = TAG_COLUMNS
    table_title = "Tags"

    def __init__(
        self, appearance: Appearance, rows: Sequence[TagRow], chosen: Sequence[str], selected: str = ""
    ) -> None:
        super().__init__(appearance)
        self._rows = rows
        self._chosen = chosen
        self._selected_tag = selected

    def begin(self) -> None:
        """Show the tags."""
        super().begin()
        self.paint()
        self.table.select(self._selected_tag)
        self.paint_text()

    def paint(self) -> None:
        """Show what is known now."""
        who = names([clean(name, 40) for name in self._chosen])
        self.show_head(
            (Span("Tags", Tone.KEY), Span("  groups of devices: @tag stands for all of them", Tone.DIM)),
            (Span("t and u change: ", Tone.DIM), Span(f"{count(len(self._chosen), 'device')} ({who})")),
        )
        self.table.show(self._rows)
        self.paint_text()

    def empty_text(self) -> Sequence[Cell]:
        """What to do without tags."""
        return [cell("No device has a tag. Press t to tag the marked devices.", Tone.DIM)]

    def about(self, row: TagRow | None) -> Sequence[Cell]:
        """The devices of the selected tag."""
        if row is None:
            return ()
        password = {None: "", True: "One password is stored for all of them.", False: ""}[row.shares]
        return [
            (Span("devices: ", Tone.DIM), Span(", ".join(clean(name, 60) for name in row.devices))),
            cell(password, Tone.GOOD),
        ]

    def action_act(self, act: str) -> None:
        """Answer with the action and the selected tag."""
        chosen, row = TagAct(act), self.table.selected
        if row is not None or chosen is TagAct.TAG:
            self.dismiss(TagAnswer(act=chosen, tag=row.tag if row else ""))


def tag_form(appearance: Appearance, devices: Sequence[str], proposed: str) -> ValuesForm:
    """Asks for the tags that devices get."""

    def check(values: FormValues) -> str:
        wrong = [tag for tag in split_tags(values["tags"]) if not is_tag(tag)]
        return f"{clean(wrong[0], 40)!r} is not a tag. {TAG_RULE}" if wrong else ""

    lines = [cell(f"For {count(len(devices), 'device')}: {names([clean(n, 40) for n in devices])}")]
    field = TextField(name="tags", label="Tags", value=proposed, hint="hall-3 line-2", required=True)
    return ValuesForm(appearance, "Tag devices", lines, [field], check=check, submit="tag")


def rename_form(appearance: Appearance, row: TagRow, known: Mapping[str, TagRow]) -> ValuesForm:
    """Asks for another name of a tag."""

    def check(values: FormValues) -> str:
        name = values["name"].removeprefix("@")
        return "" if is_tag(name) else f"{clean(name, 40)!r} is not a tag. {TAG_RULE}"

    others = ", ".join(f"@{clean(tag, 40)}" for tag in known if tag != row.tag)
    lines: list[Cell] = [cell(f"{count(len(row.devices), 'device')} will have the new tag instead.")]
    if row.shares:
        lines.append(cell("The shared password goes with it.", Tone.DIM))
    if others:
        lines.append(cell(f"A name that exists joins the two groups: {others}", Tone.DIM))
    field = TextField(name="name", label="Name", value=row.tag, required=True)
    return ValuesForm(
        appearance, f"Rename @{clean(row.tag, 40)}", lines, [field], check=check, submit="rename"
    )


def split_tags(text: str) -> list[str]:
    """The tags that were typed, with or without ``@`` and commas."""
    return [word.removeprefix("@") for word in text.replace(",", " ").split()]
