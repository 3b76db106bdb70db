"""A runner process that dies by SIGKILL at one commit of its journal.

    killed_runner.py WHEN POINT [DEVICE]     WHEN: before or after the commit that holds POINT
    killed_runner.py note FILE               lives, and notes every point it comes to

It is the real runner with three methods of its journal wrapped; sicktui itself knows nothing of it.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sicktui.engine.run import runner
from sicktui.model.run.event import (
    Acted,
    Event,
    Noticed,
    RunChanged,
    StepChanged,
    Summarised,
    Surveyed,
    UpdateStateRead,
    VerdictReached,
)
from sicktui.stores.journal.journal import Journal
from tests.support.processes import KILL


def point_of(event: Event) -> str | None:
    """What a commit of this event is called; nothing for what may come at any time."""
    match event:
        case StepChanged():
            return f"step {event.step.value} {event.state.value}"
        case Acted():
            return f"act {event.act} {event.phase}"
        case UpdateStateRead():
            return f"state {event.value}"
        case Noticed(known=known):
            return "noticed silence" if known.silent else "noticed proof" if known.proof else "noticed"
        case Surveyed():
            return "survey"
        case VerdictReached():
            return "verdict"
        case RunChanged():
            return f"run {event.state.value}"
        case Summarised():
            return "summary"
        case _:
            return None


class KillPoint:
    """Decides at each commit whether this is the one."""

    def __init__(self, when: str, point: str, device: str = "") -> None:
        self.when = when
        self.point = point
        self.device = device

    def meets(self, events: Sequence[Event]) -> bool:
        if self.when == "note":
            with Path(self.point).open("a") as file:
                file.writelines(f"{name}\n" for event in events if (name := point_of(event)))
            return False
        return any(
            point_of(event) == self.point and self.device in ("", getattr(event, "device", ""))
            for event in events
        )

    def wrap(self, name: str) -> None:
        original = getattr(Journal, name)

        def commit(journal: Journal, run: str, *rest: Any, **named: Any) -> None:
            events = named.get("events") or next((part for part in rest if isinstance(part, list)), None)
            meets = self.point == name if events is None else self.meets(events)
            if meets and self.when == "before":
                os.kill(os.getpid(), KILL)
            original(journal, run, *rest, **named)
            if meets and self.when == "after":
                os.kill(os.getpid(), KILL)

        setattr(Journal, name, commit)


def doomed(words: Sequence[str]) -> int:
    """Be a runner that dies as these words say."""
    doom = KillPoint(*words)
    for method in ("append", "finish_run", "set_state"):
        doom.wrap(method)
    return runner.main()


if __name__ == "__main__":
    sys.exit(doomed(sys.argv[1:]))
