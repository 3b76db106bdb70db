"""The stages of one device that a command works on without a run, each printed as it begins and ends."""

from typing import Literal

from sicktui.cli.context import CliContext
from sicktui.model.lines.sensors import StepEnd, StepLine


class Steps:
    """Prints the stages of one device.

    Args:
        cli: the call.
        device: its name.
    """

    def __init__(self, cli: CliContext, device: str) -> None:
        self._cli = cli
        self._device = device
        self._stage: str | None = None

    def begun(self, stage: str, words: str, detail: str = "") -> None:
        """A stage begins, so the one before is done.

        Args:
            stage: which one.
            words: what is done, for people.
            detail: the same in the JSON line, if it is wanted there.
        """
        self.ended("done")
        self._stage = stage
        self._print(stage, "started", detail)
        self._cli.out.note(f"{self._device}: {words}")

    def ended(self, state: StepEnd) -> None:
        """The stage ends."""
        if self._stage is not None:
            self._print(self._stage, state, "")
        self._stage = None

    def _print(self, stage: str, state: StepEnd | Literal["started"], detail: str) -> None:
        self._cli.out.emit(
            StepLine(ts=self._cli.now(), device=self._device, step=stage, state=state, detail=detail)
        )
