"""The command table: one definition, and everything else follows from it."""

from typing import Final

import pytest
from msgspec import structs
from textual.command import CommandPalette

from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands import BY_ID, COMMANDS
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.commands.hints import filter_hints, hints
from sicktui.tui.commands.keymap import RESERVED, KeyMap
from sicktui.tui.drawing.hints import drawn, fitted, placed
from sicktui.tui.drawing.spans import cell, width_of
from sicktui.tui.drawing.spans import text_of as spans_text
from sicktui.tui.glyphs import ASCII
from sicktui.tui.main.flow_table import KNOWN
from sicktui.tui.main.palette import DashboardCommands
from sicktui.tui.rows.help import help_all, help_here, matching
from sicktui.tui.widgets.keys import press
from sicktui.tui.widgets.pending_line import PendingLine
from tests.support.dashboard import DashboardHarness, notes_of, text_of, until


def test_keys_and_ids_are_unique_and_printable() -> None:
    keys = [(command.pane if command.is_local else None, command.key) for command in COMMANDS]
    assert len(set(keys)) == len(keys) == len(BY_ID) == len(COMMANDS)
    assert not {key for _, key in keys} & RESERVED
    assert all(len(key) == 1 or key == "space" for _, key in keys), "Esc and Ctrl get lost over SSH"


def odd_keys() -> dict[str, str]:
    """Another key for every command: what is left of the keyboard."""
    free = [
        *"ÄÖÜäöüß,éèàçñœæøåÅØÆŒÑÇÀÈÉ¿¡§°µ€£¥αβγδεζηθικλμνξοπρστυφχψωабвгдежзийклмнопрст",
        "f5",
        "f6",
        "f7",
        "ctrl+e",
        "delete",
    ]
    return {command.id: free.pop() for command in COMMANDS}


@pytest.mark.parametrize("changed", [{}, odd_keys()], ids=["defaults", "remapped"])
async def test_every_command_is_reached_by_key_palette_and_help(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]
) -> None:
    keys = KeyMap(changed)
    reached: list[str] = []

    def note(name: str) -> None:
        reached.append(name)

    async with harness.dashboard((120, 40), Appearance(keys=keys)) as (pilot, main):
        monkeypatch.setattr(main, "action_command", note)
        # ctrl+p, ctrl+q and ctrl+c belong to the app.
        monkeypatch.setattr(pilot.app, "action_command_palette", lambda: note("palette"))
        monkeypatch.setattr(main, "leave", lambda: note("quit"))
        for pane in {command.pane if command.is_local else "devices" for command in COMMANDS}:
            main.query_one(f"#{pane}").focus()
            here = [c for c in COMMANDS if (c.pane if c.is_local else "devices") == pane]
            pressed = [(key, c.id) for c in here for key in (keys.of(c.id), *c.also)]
            for key, _ in pressed:
                press(pilot.app, key)
            await until(pilot, lambda pressed=pressed: len(reached) == len(pressed))  # type: ignore[misc]
            assert reached == [name for _, name in pressed]
            reached.clear()
        shown = [hit async for hit in DashboardCommands(main).discover()]
        for hit in shown:
            await hit.command()
        assert sorted(reached) == sorted(BY_ID)
    words = " ".join(" ".join(map(spans_text, help_all(keys, ASCII, {}))).split())
    for command in COMMANDS:
        assert f"{keys.of(command.id)} {command.title} {command.help}" in words


async def test_every_command_of_the_table_is_carried_out_and_no_other(harness: DashboardHarness) -> None:
    async with harness.dashboard() as (_, main):
        assert main.dispatcher.own | KNOWN == set(BY_ID)


SOME: Final = CommandContext(devices=2, selected="a")


def bar(now: CommandContext, width: int, lines: int) -> list[str]:
    """What the hint bar shows."""
    return [spans_text(drawn(line)) for line in placed(fitted(*hints(now, KeyMap()), width, lines), width)]


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("width", [40, 60, 78, 118, 198])
def test_the_hint_bar_fits_and_always_shows_the_ways_out(width: int, lines: int) -> None:
    for now in (CommandContext(), SOME):
        shown = bar(now, width, lines)
        assert len(shown) <= lines
        assert max(map(len, shown)) <= width
        assert shown[-1].endswith(": commands  ? help  q quit")


def test_the_hints_are_what_can_be_done_here_and_now() -> None:
    def shown(**more: object) -> str:
        return "  ".join(bar(structs.replace(SOME, **more), 1000, 1))

    assert shown().startswith("space mark  u update  b backup")
    assert shown(live_runs=("r1",)).startswith("c cancel run")
    over = shown(shown_run="r1")
    assert over.startswith("U verdicts  t timeline  x close run  space mark"), "how it ended comes first"
    assert "close run" not in shown(shown_run="r1", live_runs=("r1",))
    assert "cancel" not in shown(), "no run is active"
    assert "update" not in shown(devices=0, selected=None), "there is no device to update"
    assert shown(moved=frozenset("a")).startswith("M moved")
    assert shown(pane="log").startswith("/ search  p pause log  l level  y copy  w save")
    assert "n next" in shown(pane="log", is_log_searched=True)
    assert "pause" not in shown(), "a key of another pane"
    assert "filter" in shown()
    assert "filter" not in shown(pane="log"), "the key searches there"


def test_a_filter_with_a_mistake_says_so_instead_of_what_can_be_typed() -> None:
    assert ("", "state:failed") in filter_hints("", "", [])[0]
    assert filter_hints("sta", "", [])[0] == [("", "state:failed")]
    assert filter_hints("@l", "", ["line[/b]"])[0] == [("", "@line[/b]")]
    assert filter_hints("version<", "version< needs", [])[0] == [("version< needs", "")]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"updat": "U"}, "updat: this command does not exist (did you mean 'update'?)."),
        ({"update": "b"}, "update: backup also uses 'b'."),
        ({"backup": "u"}, "backup: update also uses 'u'."),
        ({"update": "f1"}, "update: help also uses 'f1'."),
        ({"update": "ctrl+p"}, "update: palette also uses 'ctrl+p'."),
        ({"update": "j"}, "update: 'j' cannot be used, because it moves"),
        ({"update": "greater_than_sign"}, "update: '>' cannot be used, because it moves"),
        ({"update": "ctrl+m"}, "update: 'ctrl+m' cannot be used, because terminals send enter for it."),
        ({"update": ""}, "update: '' is not a key."),
        ({"update": "a,b"}, "update: 'a,b' is not a key."),
        ({"update": "F5"}, "update: 'F5' is not a key (did you mean 'f5'?)."),
        ({"update": "ctrl-u"}, "update: 'ctrl-u' is not a key (did you mean 'ctrl+u'?)."),
        ({"update": "spaec"}, "update: 'spaec' is not a key (did you mean 'space'?)."),
        ({"update": "f13"}, "update: 'f13' is not a key"),
        ({"update": "\x1b"}, "is not a key"),
        ({"update": "\u200b"}, "is not a key"),
        ({"help": "f2", "palette": "f3"}, "help: help and palette would both have keys that get lost"),
    ],
)
def test_keys_that_cannot_be_are_refused(changed: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        KeyMap(changed, "/etc/config.toml")
    assert refused.value.message.startswith("/etc/config.toml, [keys], ")
    assert words in refused.value.message
    assert refused.value.advice


def test_two_commands_may_swap_their_keys() -> None:
    keys = KeyMap({"update": "b", "backup": "u"})
    assert (keys.of("update"), keys.of("backup")) == ("b", "u")


def test_a_command_that_needs_something_says_what_is_missing() -> None:
    nothing, some = CommandContext(), CommandContext(devices=2, selected="a")
    assert "list is empty" in BY_ID["update"].unavailable_because(nothing)
    assert BY_ID["update"].unavailable_because(some) == ""
    owned = CommandContext(devices=1, selected="a", owned=frozenset({"a"}), live_runs=("r1",))
    assert "r1" in BY_ID["update"].unavailable_because(owned)
    partly = CommandContext(devices=2, marked=("a", "b"), owned=frozenset({"a"}), live_runs=("r1",))
    assert BY_ID["update"].unavailable_because(partly) == "", "the plan says of each device"
    assert BY_ID["cancel"].unavailable_because(some)
    assert BY_ID["cancel"].unavailable_because(owned) == ""


async def test_the_help_is_about_the_focus_and_can_be_searched(
    harness: DashboardHarness,
) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("?")
        await until(pilot, lambda: "Here: devices" in text_of(pilot) and "Moving" in text_of(pilot))
        assert "j k scroll   ? all keys   / search   q back" in text_of(pilot)
        await pilot.press("space")
        await until(pilot, lambda: "? help" in text_of(pilot))  # the end
        await pilot.press("?", *"J" * 12)
        await until(pilot, lambda: "Files" in text_of(pilot) and "? here" in text_of(pilot))
        await pilot.press("/", *"blink quit")
        await until(
            pilot, lambda: "enter keep   esc end" in text_of(pilot) and "q back" not in text_of(pilot)
        )
        await until(pilot, lambda: "Nothing in the help" in text_of(pilot))
        await pilot.press(*["backspace"] * 5, "enter")
        await until(pilot, lambda: "FindMe" in text_of(pilot) and "Back up" not in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "Moving" in text_of(pilot))
        await pilot.press("?", "q")
        await until(pilot, lambda: "Moving" not in text_of(pilot))


@pytest.mark.parametrize("pane", ["devices", "log", "run"])
@pytest.mark.parametrize("runs", [(), ("r1",)])
def test_the_help_for_one_pane_has_two_pages_at_most(pane: str, runs: tuple[str, ...]) -> None:
    for now in (CommandContext(pane=pane), structs.replace(SOME, pane=pane, live_runs=runs)):
        lines = help_here(now, KeyMap(), ASCII, 75)
        assert len(lines) <= 2 * 19
        assert max(map(width_of, lines)) <= 75
    empty = [spans_text(line) for line in help_here(CommandContext(), KeyMap(), ASCII, 75)]
    reasons = ["Add a device first" in line or "is active" in line for line in empty]
    assert True in reasons
    assert not any(reasons[: empty.index("Here: devices") + 6]), "what can be done comes first"
    assert len(matching(help_all(KeyMap(), ASCII, {}), "BLINK findme")) == 1


async def test_every_command_is_in_the_palette_and_runs_from_it(harness: DashboardHarness) -> None:
    async with harness.dashboard((120, 300)) as (pilot, _):
        await pilot.press("p", "p", "z", "z", ":")
        await until(pilot, lambda: "quit  (q)" in text_of(pilot))
        shown = text_of(pilot)
        assert "Not now: The device list is empty. Add a device first." in shown
        assert shown.index("zoom  (z)") < shown.index("pause log  (p)") < shown.index("mark  (space)")
        for command in COMMANDS:
            assert f"{command.title}  ({KeyMap().of(command.id)})" in shown
        await pilot.press(*"add a device")
        await until(pilot, lambda: "new  (n)" in text_of(pilot) and "quit  (q)" not in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Add a device" in text_of(pilot))
        await pilot.press("ctrl+p")
        assert not isinstance(pilot.app.screen, CommandPalette), "commands are for the main screen"


async def test_shift_and_an_arrow_mark_as_they_go(harness: DashboardHarness) -> None:
    harness.profiles(*(Profile(name=name, address="127.0.0.1:9") for name in "abcd"))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: main.dashboard.selected == "a")
        await pilot.press("shift+down", "shift+down")
        await until(pilot, lambda: main.dashboard.marks == set("abc"))
        await pilot.press("shift+up", "down", "down", "shift+down", "m")
        await until(pilot, lambda: main.dashboard.marks == set("abcd"))
        assert main.dashboard.selected == "d", "the end; what is marked stays marked"


async def test_panes_zoom_the_log_pauses_and_the_list_sorts(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="b", address="127.0.0.1:8"), Profile(name="a", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 offline" in text_of(pilot))
        await pilot.press("z")
        await until(pilot, lambda: "Log" not in text_of(pilot))
        await pilot.press("z", "w", "z")
        await until(pilot, lambda: "Devices" not in text_of(pilot) and "Log" in text_of(pilot))
        await pilot.press("z", "H")
        await until(pilot, lambda: "Log" not in text_of(pilot))
        await pilot.press("H", "p")
        await until(pilot, lambda: "PAUSED, 0 new" in text_of(pilot))
        await pilot.press("p", "o")
        await until(pilot, lambda: "PAUSED" not in text_of(pilot) and "Log a" in text_of(pilot))
        assert [row.name for row in main.renderer.devices.rows] == ["a", "b"]
        await pilot.press("s", "s")
        await until(pilot, lambda: "by address" in text_of(pilot) and "▼Address" in text_of(pilot))
        await pilot.press("Z")
        await until(pilot, lambda: "by address, reversed" in text_of(pilot) and "▲Address" in text_of(pilot))
        assert [row.name for row in main.renderer.devices.rows] == ["a", "b"]
        await pilot.press("Z")
        assert [row.name for row in main.renderer.devices.rows] == ["b", "a"]
        await pilot.press("/", *"state:onlin", "right", *" vers", "right", "enter")
        await until(pilot, lambda: "version< needs a number" in text_of(pilot) and "0 of 2" in text_of(pilot))
        await pilot.press("escape", "/", *"0.1:8", "enter")
        await until(pilot, lambda: "1 of 2" in text_of(pilot) and "filter: 0.1:8" in text_of(pilot))
        await pilot.press("a")
        assert main.dashboard.marks == {"b"}
        await pilot.press("s", "escape", "/", *"!0.1:8", "enter")
        await until(pilot, lambda: "1 marked, 1 hidden" in text_of(pilot))
        width, height = pilot.app.size
        await pilot.resize_terminal(50, height)
        await until(pilot, lambda: "1 marked, 1 hidden" in text_of(pilot).splitlines()[1])
        await pilot.resize_terminal(width, height)
        await pilot.press("*")
        await until(pilot, lambda: main.dashboard.marks == {"a", "b"})
        await pilot.press("_", "escape", "g", "m")
        await until(pilot, lambda: "mark range: Mark the first device of the range" in notes_of(pilot))
        await pilot.press("space", "G", "m")
        await until(pilot, lambda: "2 marked" in text_of(pilot).splitlines()[1])
        await pilot.press("_", "space")
        await until(pilot, lambda: len(main.dashboard.marks) == 1)
        [first] = main.dashboard.marks
        await pilot.press("/", *"!0.1:8", "enter", "m")
        await until(pilot, lambda: f"{first} is not shown: the filter or a count hides it" in notes_of(pilot))
        await pilot.press("!")
        await until(pilot, lambda: "mark failed: No device failed or is unknown" in notes_of(pilot))
        await pilot.press("escape", "R")
        await until(pilot, lambda: "Devices 2" in text_of(pilot))


async def test_the_whole_dashboard_in_ascii(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="a", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24), Appearance(glyphs=ASCII)) as (pilot, main):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        assert text_of(pilot).isascii()
        line = main.query_one(PendingLine)
        line.show(cell("Reading a sensor"))
        await until(pilot, lambda: "| Reading a sensor |" in text_of(pilot))
        assert text_of(pilot).isascii()
        line.show(())
        for keys in (["?"], ["q", "n"], ["escape", "&"], ["q", "v"], ["q", "-"], ["n", "l"], ["escape", "u"]):
            await pilot.press(*keys)
            await pilot.pause(0.2)
            assert text_of(pilot).isascii(), keys


async def test_no_color_writes_no_colours(harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    harness.profiles(Profile(name="a", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24), Appearance(palette="none")) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        for strip in pilot.app.screen._compositor.render_strips():
            for segment in strip:
                colours = (segment.style.color, segment.style.bgcolor) if segment.style else ()
                assert all(colour is None or colour.is_default for colour in colours)
