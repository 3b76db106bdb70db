"""A command that works before its dialog: one line at once, and the keys typed meanwhile wait."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from sicktui.tui.drawing.spans import text_of
from sicktui.tui.glyphs import ASCII
from sicktui.tui.state.pending import SHOW_AFTER, Pending, Stopped, Work


class Stage:
    """A main screen, as far as ``Pending`` knows it."""

    def holds(self) -> bool:
        return self.pending.holds

    def __init__(self) -> None:
        self.bare = True
        self.shown: list[Work | None] = []
        self.pending = Pending(lambda: self.bare, self.shown.append)

    def opens(self) -> None:
        self.pending.opens()
        self.bare = False
        self.pending.covered()

    def closes(self) -> None:
        self.bare = True
        self.pending.closed()


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def waiting(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    return asyncio.ensure_future(work)


async def test_keys_wait_from_the_command_to_its_dialog_and_between_two_dialogs() -> None:
    stage = Stage()
    pending = stage.pending
    pending.begin("rename")
    key = waiting(pending.released())
    await turns()
    assert stage.holds()
    assert not key.done()
    stage.opens()
    await turns()
    assert key.result() is True
    assert not stage.holds()
    stage.closes()
    assert stage.holds(), "the next dialog is yet to come"
    pending.end()
    assert not stage.holds()
    assert stage.shown == [], "what is quick shows nothing"


async def test_the_line_is_shown_in_time_and_names_the_work() -> None:
    assert SHOW_AFTER < 0.1
    stage = Stage()
    pending, done = stage.pending, asyncio.Event()
    pending.begin("rename")
    pending.reveal()  # as the timer does
    work = waiting(pending.during("Reading 6 sensors", done.wait()))
    await turns()
    done.set()
    assert await work is True
    stage.opens()
    generic, reading = Work("rename: working"), Work("Reading 6 sensors", stops=True)
    assert stage.shown == [generic, reading, generic, None]
    assert text_of(reading.cell(ASCII)).endswith("Reading 6 sensors...   esc stop")
    assert "esc" not in text_of(Work("Starting the run").cell(ASCII))


async def test_keys_for_a_dialog_that_never_came_are_void() -> None:
    """They were letters of a name: as commands they would mark devices."""
    stage = Stage()
    pending = stage.pending
    pending.begin("rename")
    key = waiting(pending.released())
    await turns()
    pending.fails()
    pending.end()
    assert await key is False
    assert await pending.released() is True, "those after them count again"

    pending.begin("blink")
    key = waiting(pending.released())
    await turns()
    pending.end()
    assert await key is True, "it worked without a dialog"


async def test_an_error_before_another_dialog_costs_no_key() -> None:
    stage = Stage()
    stage.pending.begin("parameters")
    key = waiting(stage.pending.released())
    await turns()
    stage.pending.fails()
    stage.opens()
    assert await key is True


async def test_esc_stops_what_may_be_stopped_and_frees_the_keyboard_otherwise() -> None:
    stage = Stage()
    pending, never = stage.pending, asyncio.Event()
    pending.begin("rename")
    work = waiting(pending.during("Reading", never.wait()))
    await turns()
    pending.stop()
    with pytest.raises(Stopped):
        await work
    pending.end()

    pending.begin("update")
    work = waiting(pending.during("Starting the run", never.wait(), stops=False))
    await turns()
    pending.stop()
    await turns()
    assert not work.done(), "it goes on"
    assert not stage.holds()
    assert pending.running
    never.set()
    await work


async def test_a_dashboard_that_ends_stops_the_work() -> None:
    stage = Stage()
    stage.pending.begin("rename")
    work = waiting(stage.pending.during("Reading", asyncio.Event().wait()))
    await turns()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_dialog_that_opens_by_itself_holds_no_key_before_it_is_there() -> None:
    stage = Stage()
    stage.pending.begin("login", hold=False)
    assert not stage.holds()
    stage.opens()
    stage.closes()
    assert stage.holds()


async def test_a_question_beside_the_commands_holds_no_key_after_it() -> None:
    """Cancelling and quitting ask whatever else is at work."""
    stage = Stage()
    stage.opens()
    stage.closes()
    assert not stage.holds()
    assert await stage.pending.released() is True
