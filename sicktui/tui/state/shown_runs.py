"""The runs that the dashboard follows, and which of them its screen shows."""

from sicktui.model.enums import TROUBLE, RunState
from sicktui.model.run.plan import RunSpec
from sicktui.model.run.view import DeviceView, RunView, before_first_event


class ShownRuns:
    """Every live run is shown; one that is over stays until it is closed or another one begins."""

    def __init__(self) -> None:
        self.views: dict[str, RunView] = {}
        self.starting: RunView | None = None
        """A run that was confirmed here and has no event yet."""
        self._shown: list[str] = []
        self._current: str | None = None

    @property
    def current(self) -> str | None:
        """The run that commands about a run mean."""
        return self._current

    @current.setter
    def current(self, run: str | None) -> None:
        self._current = run
        if run is not None and run not in self._shown:
            self._make_room()
            self._shown.append(run)

    @property
    def live(self) -> list[str]:
        """The runs that are running."""
        return [run for run, view in self.views.items() if view.state is RunState.RUNNING]

    @property
    def unapproved(self) -> list[str]:
        """The runs that wait for a person to continue them."""
        waits = {run: self.views[run].waiting for run in self.live}
        return [run for run, wait in waits.items() if wait is not None and wait.waits_for == "approval"]

    @property
    def owners(self) -> dict[str, str]:
        """The live run that uses each device."""
        return {
            device: run
            for run in self.live
            for device, view in self.views[run].devices.items()
            if view.verdict is None
        }

    @property
    def shown(self) -> list[RunView]:
        """The runs on the screen, the first one on top; of those over, only the ones not closed.

        While one is starting, those that are over make room for it; they come back if it cannot start.
        """
        runs = [*self._shown, *(run for run in self.live if run not in self._shown)]
        begun = [self.views[run] for run in runs if run in self.views]
        if self.starting is None:
            return begun
        return [*(view for view in begun if view.state is RunState.RUNNING), self.starting]

    def parts(self) -> dict[str, tuple[RunView, DeviceView]]:
        """The part of each device in the runs that are shown: in the live one, else in the latest."""
        owners = self.owners
        found: dict[str, tuple[RunView, DeviceView]] = {}
        for view in self.shown:
            for device, part in view.devices.items():
                if owners.get(device, view.run) == view.run:
                    found[device] = (view, part)
        return found

    def troubled(self) -> set[str]:
        """The devices that failed or are unknown in the runs that are shown."""
        verdicts = {device: part.verdict for device, (_, part) in self.parts().items()}
        return {device for device, end in verdicts.items() if end and end.verdict in TROUBLE}

    def advanced(self, run: str, view: RunView) -> None:
        """Take the state of a run. A new run is shown; it is the current one unless that is running."""
        self.not_started(run)
        is_new = run not in self.views
        current = self.views.get(self._current or "")
        is_idle = current is not None and current.state is not RunState.RUNNING
        self.views[run] = view
        if is_new and (self._current is None or is_idle):
            self.current = run
        elif is_new and run not in self._shown:
            self._make_room()
            self._shown.append(run)

    def start(self, spec: RunSpec) -> None:
        """Show a run that is about to be started."""
        self.starting = before_first_event(spec)

    def not_started(self, run: str) -> None:
        """The run could not be started, its events cannot be read, or it has begun."""
        if self.starting is not None and self.starting.run == run:
            self.starting = None

    def close(self, run: str) -> None:
        """Show a run no longer that is over. A live one stays."""
        view = self.views.get(run)
        if view is None or view.state is RunState.RUNNING:
            return
        self._shown = [other for other in self._shown if other != run]
        if self._current == run:
            self._current = next(iter(reversed(self.live)), None)

    def _make_room(self) -> None:
        """Another run begins: those that are over go."""
        self._shown = [run for run in self._shown if run not in self.views or run in self.live]
