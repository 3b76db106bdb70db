"""What a closed dialog leaves behind, and when garbage is collected."""

import gc
import weakref

import pytest

from sicktui.tui.screens.help import HelpScreen
from sicktui.tui.terminal.garbage import DUE, LONG_QUIET, QUIET, YOUNG, Garbage
from tests.support.dashboard import DashboardHarness, until


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the collector, which belongs to all tests of this process."""
    asked: list[str] = []
    monkeypatch.setattr(gc, "freeze", lambda: asked.append("freeze"))
    monkeypatch.setattr(gc, "set_threshold", lambda *_: asked.append("seldom"))
    monkeypatch.setattr(gc, "collect", lambda oldest=2: asked.append(f"collect {oldest}"))
    return asked


async def test_the_picture_of_a_closed_dialog_is_not_kept(harness: DashboardHarness) -> None:
    async with harness.dashboard() as (pilot, main):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        pictures = [weakref.ref(each._styles_cache) for each in pilot.app.screen.query("*")]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main)
        gc.collect()
    assert len(pictures) > 3
    assert [picture for picture in pictures if picture() is not None] == []


def test_garbage_waits_for_a_moment_without_keys(
    collected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(gc, "get_count", lambda: (0, 1, DUE))
    garbage = Garbage(lambda: now[0])
    garbage.begin()
    garbage.note_key()
    now[0] += QUIET / 2
    garbage.look()
    assert collected == ["freeze", "seldom"]
    now[0] += QUIET
    garbage.look()
    assert collected[2:] == ["collect 1"], "what is young first"
    now[0] += LONG_QUIET
    garbage.look()
    assert collected[3:] == ["collect 2"]


def test_garbage_that_is_not_due_is_left(collected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "get_count", lambda: (YOUNG - 1, 0, DUE - 1))
    Garbage(lambda: 100.0).look()
    assert collected == []
    monkeypatch.setattr(gc, "get_count", lambda: (YOUNG, 0, DUE - 1))
    Garbage(lambda: 100.0).look()
    assert collected == ["collect 1"]
