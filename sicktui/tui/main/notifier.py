"""Log lines and short notes about what happened."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs
from textual.notifications import SeverityLevel
from textual.screen import Screen

from sicktui.model.clock import Clock
from sicktui.model.device import Identity, Observation
from sicktui.model.enums import Level, RunState
from sicktui.model.passwords.login import locked_words
from sicktui.model.run.event import Event
from sicktui.model.run.view import RunView
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.commands.advice import in_keys
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.rows.log.lines import LogLine, line, line_of


def _label(other: Identity | None) -> str | None:
    return None if other is None else other.label


class Notifier:
    """Reports each fact once, in the log or as a note.

    Args:
        screen: the main screen.
        clock: the source of time.
        keys: the keys, for sentences that name one.
    """

    def __init__(self, screen: "Screen[Any]", clock: Clock, keys: KeyMap) -> None:
        self._screen = screen
        self._clock = clock
        self._keys = keys
        self.lines: list[LogLine] = []
        """Lines not yet in the log."""
        self._live: set[str] = set()  # runs seen running: their end is reported
        self._lost: set[str] = set()  # interrupted runs already reported

    def take(self) -> Sequence[LogLine]:
        """The lines since the last call."""
        taken, self.lines = self.lines, []
        return [structs.replace(each, text=in_keys(each.text, self._keys)) for each in taken]

    def log(self, text: str, device: str | None = None, level: Level = Level.INFO) -> None:
        """Put a line into the log."""
        self.lines.append(line(self._clock.now(), text, device, level))

    def notify(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a short note; the text is never parsed as markup. An error is logged as well."""
        if severity == "error":
            self.log(text, None, Level.ERROR)
        self._screen.app.notify(clean(text, 400), severity=severity, markup=False)

    def warned(self, warnings: Iterable[str]) -> None:
        """The device list has something that may be a mistake."""
        for warning in warnings:
            self.log(warning, None, Level.WARNING)

    def filtered(self, wanted: str) -> None:
        """The list is filtered from the start."""
        self.log(f"The filter of last time is on: {wanted}. Press esc to show all.", None, Level.WARNING)

    # Of sensors

    def locked(self, device: str, seconds: float) -> None:
        """A sensor has locked its login, and is left alone for a time."""
        self.log(locked_words(seconds), device, Level.WARNING)

    def observed(self, seen: Observation, was: Observation | None) -> None:
        """A sensor was polled: report what changed since the last poll."""
        if was is not None and seen.reachable and not was.reachable:
            self.log("reachable again.", seen.device)
        if seen.problem and (
            was is None
            or was.code != seen.code
            or was.reachable != seen.reachable
            or _label(was.other) != _label(seen.other)
        ):
            key = self._keys.of("replace")
            offer = f" Press {key} if it replaces that one." if seen.other else ""
            self.log(seen.problem + offer, seen.device, Level.WARNING)
        if seen.change and (was is None or was.change != seen.change):
            self.log(f"{seen.change}.", seen.device, Level.WARNING)

    def moved(self, device: str, place: str) -> None:
        """The sensor of a device was found at another address."""
        key = self._keys.of("follow")
        words = f"the sensor answers at {place} now. Press {key} to change the address."
        self.log(words, device, Level.WARNING)

    def removed_in_run(self, device: str, run: str) -> None:
        """A device was removed from the list while a run works on its sensor."""
        words = f"was removed from the list. Run {run} works on its sensor and goes on to its verdict."
        self.log(words, device, Level.WARNING)
        self.notify(f"{device} {words}", "warning")

    # Of runs

    def advanced(self, run: str, view: RunView, events: Iterable[Event]) -> None:
        """A run has new events."""
        if view.state is RunState.RUNNING:
            self._live.add(run)
        self.lines += [shown for event in events if (shown := line_of(event)) is not None]

    def found(self, run: str) -> None:
        """A run has a live process; the journal alone reads "running" for a lost run too."""
        self._lost.discard(run)

    def ended(self, run: str, view: RunView) -> bool:
        """A run ended; returns whether it finished while this dashboard followed it."""
        if view.state is RunState.INTERRUPTED:
            self.lost([run])
            return False
        if run not in self._live:
            return False
        counts = ", ".join(f"{number} {verdict.value}" for verdict, number in view.counts().items() if number)
        key = self._keys.of("verdicts")
        self.notify(f"Run {run} is {view.state.value}: {counts or 'no verdicts'}. {key} shows the verdicts.")
        return True

    def lost(self, found: Iterable[str]) -> None:
        """Interrupted runs were found."""
        runs = [run for run in found if run not in self._lost]
        self._lost |= set(runs)
        if not runs:
            return
        what = f"{count(len(runs), 'run')} {'was' if len(runs) == 1 else 'were'} interrupted"
        sentence = f"{what}: {', '.join(runs[:3])}. The runner stopped before the run finished."
        key = self._keys.of("runs")
        self.log(sentence, None, Level.WARNING)
        self.notify(f"{sentence} Press {key} to show or resume it.", "warning")

    # Of sources

    def offers(self, waiting: int) -> None:
        """More firmware offers wait than before."""
        self.log(f"{count(waiting, 'firmware offer')} waiting. Press {self._keys.of('offers')} to see it.")

    def reported(self, of: str, sentence: str, *, is_sensor: bool, is_trouble: bool) -> None:
        """A source has sent a message, or is heard no more, or again."""
        level = Level.WARNING if is_trouble else Level.INFO
        self.log(sentence if is_sensor else f"{of}: {sentence}", of if is_sensor else None, level)

    # Of files that somebody edits

    def settings(self, problem: str, *, changed: bool) -> None:
        """config.toml was changed: it cannot be used any more, or again, or has other values."""
        if problem:
            self.notify(f"{problem} The dashboard keeps the settings of its start.", "error")
        elif changed:
            self.log("config.toml was changed. Start the dashboard again to use its new values.")
        else:
            self.log("config.toml can be read again.")

    def orphaned(self, tag: str) -> None:
        """A shared password is stored for a tag that no device has any more."""
        sentence = f"The shared password of @{tag} is stored, but no device has that tag any more."
        key = self._keys.of("login")
        self.log(f"{sentence} Press {key} on the devices that used it.", None, Level.WARNING)
        self.notify(sentence, "warning")

    # Of the dashboard itself

    def broken(self, task: str, error: BaseException | None) -> None:
        """A worker failed."""
        key = self._keys.of("refresh")
        self.notify(f"Background task '{task}' failed: {error!r}. Press {key} to restart it.", "error")
