"""The dashboard during an update of fifty sensors: how long a key press takes to show."""

import itertools
import random
import statistics
import sys
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from benchmarks.place import Place, SimulatedSensor, first_thread_time, is_alive
from benchmarks.report import BenchmarkError, Measured
from benchmarks.terminal import Terminal

BOUND: Final = 100.0
COUNT: Final = 50
PART: Final = "keys"
PRESSES: Final = 200
SETTINGS: Final = {"limits.jobs": COUNT, "timing.autostart_wait": 0.0}
CURSOR: Final = "►"
"""Marks the selected row."""
_PAUSE: Final = (0.03, 0.33)
"""Seconds between one key's showing and the next press: in no step with the four paints a second."""
_UNDER_WAY: Final = 10.0
"""Seconds from the start of the run until the fifty uploads are in full flow."""
_THREAD_SWITCH: Final = 0.0005
DIALOGS: Final = {
    "?": "line down, up",
    "n": "Add a device",
    "e": "Change sensor-01",
    "l": "Login",
    "=": "reconnect_interval",
    "#": "groups of devices",
    "F": "packages on the shelf",
    "i": "Fleet",
    "%": "colour-blind",
    "T": "so that you can find it",
}
"""Keys of commands, and what is on the screen only once their dialog is."""
OPENINGS: Final = 10
"""Of each dialog."""

_FIFTY: Final = tuple(
    # The uploads take 67 s: longer than the keys are pressed.
    SimulatedSensor(name=f"sensor-{number:02}", link_rate=0.3e6)
    for number in range(1, COUNT + 1)
)


def measure() -> list[Measured]:
    """About 100 s."""
    # The thread that reads the terminal must not wait for the one that works the screen out.
    sys.setswitchinterval(_THREAD_SWITCH)
    with Place() as place:
        place.list_devices(_FIFTY, place.simulate(_FIFTY))
        command = place.command("--set", "dashboard.glyphs=unicode")
        with Terminal(command, place.environ) as terminal:
            terminal.wait_until(_selected("sensor-01"), 20.0)
            update = place.update(["all"], place.package(), SETTINGS, "--detach")
            for _ in update.lines():
                pass
            terminal.wait_until(_shows("upload"), 30.0)
            terminal.watch(_UNDER_WAY)
            written = terminal.written
            latencies, seconds = _press(terminal)
            rate = (terminal.written - written) / seconds / 1000
            opened = [_opened(terminal, key) for _ in range(OPENINGS) for key in DIALOGS]
            if not is_alive(update.pid):
                raise BenchmarkError("The update ended before the last key was pressed.")
    openings = statistics.quantiles([each.seconds for each in opened], n=100, method="inclusive")
    busy = statistics.quantiles([each.busy for each in opened], n=100, method="inclusive")
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    return [
        Measured(
            part=PART, what=f"median of {PRESSES} key presses", value=cuts[49] * 1000, unit="ms", digits=0
        ),
        Measured(part=PART, what="p99", value=cuts[98] * 1000, unit="ms", bound=BOUND, digits=0),
        Measured(part=PART, what="worst", value=max(latencies) * 1000, unit="ms", digits=0),
        Measured(
            part=PART,
            what=f"key to dialog, median of {len(opened)}",
            value=openings[49] * 1000,
            unit="ms",
            digits=0,
        ),
        Measured(
            part=PART, what="key to dialog, p99", value=openings[98] * 1000, unit="ms", bound=BOUND, digits=0
        ),
        Measured(part=PART, what="of it processor time, median", value=busy[49] * 1000, unit="ms", digits=0),
        Measured(part=PART, what="of it processor time, p99", value=busy[98] * 1000, unit="ms", digits=0),
        Measured(part=PART, what="written meanwhile", value=rate, unit="kB/s", digits=1),
    ]


def _press(terminal: Terminal) -> tuple[list[float], float]:
    """Move the cursor down and up. Returns the seconds of each press until it shows, and of all."""
    chance = random.Random(2)  # noqa: S311  the same pauses each time
    latencies = []
    began = ended = terminal.press("")
    moves = itertools.cycle((("j", "sensor-02"), ("k", "sensor-01")))
    for key, device in itertools.islice(moves, PRESSES):
        terminal.watch(chance.uniform(*_PAUSE))
        pressed = terminal.press(key)
        ended = terminal.wait_until(_selected(device), 10.0)
        latencies.append(ended - pressed)
    return latencies, ended - began


class Opened(Struct, frozen=True):
    """A dialog that opened: seconds from its key until it showed, and what the event loop worked in them."""

    seconds: float
    busy: float


def _opened(terminal: Terminal, key: str) -> Opened:
    """Open a dialog and close it."""
    shows = _shows(DIALOGS[key])
    terminal.watch(0.3)
    before, pressed = first_thread_time(terminal.pid), terminal.press(key)
    seconds = terminal.wait_until(shows, 10.0) - pressed
    busy = first_thread_time(terminal.pid) - before
    terminal.press("\x1b")
    terminal.wait_until(lambda screen: not shows(screen), 10.0)
    return Opened(seconds, busy)


def _selected(device: str) -> Callable[[list[str]], bool]:
    """Whether the cursor of the device list, the topmost one, is at a device."""

    def shown(screen: list[str]) -> bool:
        row = next((line for line in screen if line.startswith(CURSOR)), "")
        return device in row

    return shown


def _shows(text: str) -> Callable[[list[str]], bool]:
    return lambda screen: any(text in line for line in screen)
