"""Messages between the parts of the dashboard: facts, in the past tense."""

from collections.abc import Mapping, Sequence

from textual.message import Message

from sicktui.engine.backup.marks import SensorHistory
from sicktui.model.device import Observation
from sicktui.model.run.event import Event
from sicktui.model.run.view import RunView
from sicktui.stores.secrets.coverage import PasswordState


class SensorObserved(Message):
    """A sensor was polled."""

    def __init__(self, observation: Observation) -> None:
        super().__init__()
        self.observation = observation


class RunFound(Message):
    """A running run was found, started here or in another session."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self.run = run


class RunAdvanced(Message):
    """The journal of a run has grown."""

    def __init__(self, run: str, view: RunView, events: Sequence[Event]) -> None:
        super().__init__()
        self.run = run
        self.view = view
        self.events = events


class RunEnded(Message):
    """A run finished, or its process is gone."""

    def __init__(self, run: str, view: RunView) -> None:
        super().__init__()
        self.run = run
        self.view = view


class RunsInterrupted(Message):
    """Runs were found whose process stopped before the run finished."""

    def __init__(self, runs: Sequence[str]) -> None:
        super().__init__()
        self.runs = runs


class BackupsRead(Message):
    """The backups on this PC were read."""

    def __init__(self, found: Sequence[SensorHistory]) -> None:
        super().__init__()
        self.found = found


class OffersRead(Message):
    """The offers were counted, and the sources whose messages are not heard."""

    def __init__(self, waiting: int, unheard: int) -> None:
        super().__init__()
        self.waiting = waiting
        self.unheard = unheard


class SourceReported(Message):
    """A source has sent a message about a sensor, or its messages are heard no more, or again."""

    def __init__(self, of: str, sentence: str, *, is_trouble: bool) -> None:
        super().__init__()
        self.of = of
        self.sentence = sentence
        self.is_trouble = is_trouble


class SensorsMoved(Message):
    """Sensors that are away were looked for: where each of them answers that was found."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__()
        self.found = found


class TroubleMet(Message):
    """A part of the dashboard failed; the sentence names it and the reason."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class LeaveAsked(Message):
    """The operator quits; the farewell is printed on the terminal afterwards.

    ``then`` is a command of sicktui that is run after that.
    """

    def __init__(self, farewell: str, then: str = "") -> None:
        super().__init__()
        self.farewell = farewell
        self.then = then


class PasswordsRead(Message):
    """The stores were asked which devices have a password."""

    def __init__(self, states: Mapping[str, PasswordState], orphans: Sequence[str]) -> None:
        super().__init__()
        self.states = states
        self.orphans = orphans
        """The tags that no device has any more, and whose shared password is still stored."""


class SettingsRead(Message):
    """config.toml was changed while the dashboard runs."""

    def __init__(self, problem: str, *, changed: bool) -> None:
        super().__init__()
        self.problem = problem
        """Why it cannot be used; empty: it can."""
        self.changed = changed
        """Whether it has other values than at the start."""


class Loaded(Message):
    """All that the dashboard works with is imported."""
