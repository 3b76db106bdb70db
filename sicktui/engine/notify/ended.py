"""The message about a run that has ended."""

from collections.abc import Sequence

from sicktui.model.enums import RunState
from sicktui.model.lines.runs import DeviceEnded, RunEnded
from sicktui.model.run.event import Summarised, VerdictReached


def run_ended(run: str, summary: Summarised, state: RunState, verdicts: Sequence[VerdictReached]) -> RunEnded:
    """The message. It has nothing of the settings, and no text that a sensor sent.

    Args:
        run: its id.
        summary: its last line.
        state: how it ended.
        verdicts: the verdict of every device.
    """
    return RunEnded(
        ts=summary.ts,
        run=run,
        operation=summary.operation,
        state=state,
        verdicts=summary.verdicts,
        exit_code=summary.exit_code,
        devices=[
            DeviceEnded(device=event.device, verdict=event.verdict, code=event.code) for event in verdicts
        ],
    )
