"""What the dashboard's parts tell one another: facts, in the past tense."""

from collections.abc import Sequence

from textual.message import Message

from sicktui.engine.backup.history import SensorHistory
from sicktui.model.device import Observation
from sicktui.model.event import Event
from sicktui.model.run_view import RunView


class SensorObserved(Message):
    """A watcher looked at a sensor."""

    def __init__(self, observation: Observation) -> None:
        super().__init__()
        self.observation = observation


class RunFound(Message):
    """A run was found whose process is at work, whoever started it."""

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
    """Nothing more will come from a run by itself: it is over, or its process is gone."""

    def __init__(self, run: str, view: RunView) -> None:
        super().__init__()
        self.run = run
        self.view = view


class RunsInterrupted(Message):
    """Runs were found whose process is gone before their end."""

    def __init__(self, runs: Sequence[str]) -> None:
        super().__init__()
        self.runs = runs


class BackupsRead(Message):
    """Somebody looked at the backups that are kept on this PC."""

    def __init__(self, found: Sequence[SensorHistory]) -> None:
        super().__init__()
        self.found = found


class TroubleMet(Message):
    """A part of the dashboard could not do its work; the sentence says which and why."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class LeaveAsked(Message):
    """The operator leaves; the farewell is for the terminal afterwards."""

    def __init__(self, farewell: str) -> None:
        super().__init__()
        self.farewell = farewell
