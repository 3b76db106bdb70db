"""How fast a command starts: ``sicktui --version`` beside bare Python and the import of Textual."""

import statistics
import sys
from pathlib import Path
from typing import Final

from benchmarks.place import whole_process
from benchmarks.report import Measured

BOUND: Final = 0.25
PART: Final = "startup"
ROUNDS: Final = 21

_PYTHON: Final = sys.executable
_SCRIPT: Final = Path(_PYTHON).parent / "sicktui"
_CALLS: Final[dict[str, list[str]]] = {
    "python -c pass": [_PYTHON, "-c", "pass"],
    # As it is installed; without installation the module stands in for the script.
    "sicktui --version": [*([str(_SCRIPT)] if _SCRIPT.exists() else [_PYTHON, "-m", "sicktui"]), "--version"],
    'python -c "import textual.app"': [_PYTHON, "-c", "import textual.app"],
}


def measure() -> list[Measured]:
    """About 20 s."""
    seconds: dict[str, list[float]] = {name: [] for name in _CALLS}
    for round_number in range(ROUNDS + 1):
        # In turns, so that whatever else slows this PC slows all of them.
        for name, call in _CALLS.items():
            taken = whole_process(call)
            if round_number:  # the first round fills the disk cache
                seconds[name].append(taken)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    shown = [
        Measured(part=PART, what=name, value=median * 1000, unit="ms", digits=1)
        for name, median in medians.items()
    ]
    ratios = [
        version / textual
        for version, textual in zip(
            seconds["sicktui --version"], seconds['python -c "import textual.app"'], strict=True
        )
    ]
    ratio = statistics.median(ratios)
    return [*shown, Measured(part=PART, what="sicktui --version over the import", value=ratio, bound=BOUND)]
