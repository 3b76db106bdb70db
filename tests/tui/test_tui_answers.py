"""Every command is answered at once, however slow sensors, keyring and disk are."""

import asyncio
import sys
import threading
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.secrets.credentials import Credentials
from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.command import Command
from sicktui.tui.main.flow_table import KNOWN
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.widgets.pending_line import PendingLine
from tests.support.dashboard import DashboardHarness, NotingDashboard, text_of, until
from tests.support.waiting import Stopwatch

ANSWERED = frozenset({"cancel", "details", "help", "palette"}) | KNOWN
"""What is answered by a dialog, a note or the line of what is waited for; the others change what is shown."""


class Slow:
    """Lets nothing off the event loop be done while it is closed."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.touched: list[str] = []
        self._home = ""
        self._loop_thread = threading.get_ident()
        self._to_thread = asyncio.to_thread
        sys.addaudithook(self._audit)

    def watch(self, home: str) -> None:
        self._home = home

    def _audit(self, event: str, args: tuple[object, ...]) -> None:
        """Files that are opened on the event loop: a slow disk would stop every key."""
        if not self._home or event not in {"open", "os.listdir", "os.scandir", "sqlite3.connect"}:
            return
        if threading.get_ident() == self._loop_thread and str(args[0]).startswith(self._home):
            self.touched.append(f"{event} {args[0]}")

    async def to_thread(self, work: Callable[..., Any], /, *args: Any, **keywords: Any) -> Any:
        await self.open.wait()
        return await self._to_thread(work, *args, **keywords)


def off_the_loop(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring may ask a person: it must never be called on the event loop."""
    whole, loop = getattr(Credentials, name), threading.get_ident()

    def checked(*args: Any, **keywords: Any) -> Any:
        assert threading.get_ident() != loop, f"Credentials.{name} on the event loop"
        return whole(*args, **keywords)

    monkeypatch.setattr(Credentials, name, checked)


async def answered(pilot: Pilot[None], main: MainScreen, command: Command) -> float:
    """Press its key; returns how long it took until the screen showed something for it."""
    app = pilot.app
    assert isinstance(app, NotingDashboard)
    notes, begun = len(app.noted), Stopwatch()
    line = main.query_one(PendingLine)
    main._panes.focus("log" if command.pane == "log" else "devices")
    await pilot.pause()
    app.post_message(events.Key(_character_to_key(command.key), command.key))

    def shows() -> bool:
        return app.screen is not main or line.display or len(app.noted) > notes

    while not shows():
        assert begun.seconds() < 10, f"{command.id} is not answered:\n{text_of(pilot)}"
        await asyncio.sleep(0.005)
    return begun.seconds()


async def left(pilot: Pilot[None], main: MainScreen) -> None:
    """Leave every dialog of a command."""

    def over() -> bool:
        # After a refused command the rest of a burst is dropped: the next key is of another one.
        assert isinstance(pilot.app, NotingDashboard)
        idle = pilot.app._key_queue._settling is None
        return idle and pilot.app.screen is main and not main.pending.running

    while not over():
        await pilot.press("escape")
        await asyncio.sleep(0.01)


async def test_every_key_is_answered_while_disk_and_keyring_do_not_answer(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.sensors(DeviceSpec(name="gate-1", serial="1001", model="picoScan150"))
    for name in ("password", "describe", "is_locked", "remember", "forget", "keep_entered"):
        off_the_loop(name, monkeypatch)
    slow = Slow()
    monkeypatch.setattr(asyncio, "to_thread", slow.to_thread)
    took: dict[str, float] = {}
    touched: set[str] = set()
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        for command in COMMANDS:
            if command.id not in ANSWERED:
                continue
            slow.watch(str(harness.context.home.config.parent))
            slow.open.clear()
            took[command.id] = await answered(pilot, main, command)
            slow.open.set()
            await left(pilot, main)
            slow.watch("")
            touched |= {f"{command.id}: {what}" for what in slow.touched}
            slow.touched.clear()
    assert not touched
    # Of a machine that runs other tests too: what waits for a disk or a sensor would take for ever.
    assert median(took.values()) < 0.5, took
