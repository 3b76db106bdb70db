"""The published table, docs/reliability.md: written from the results of a run, and read back by a test."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sicktui.model.enums import STEPS, Operation, Verdict
from tests.reliability.case import GENERATIONS, Outcome, Result
from tests.reliability.catalogue import digest

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
_FILES: Final = (Operation.BACKUP, Operation.RESTORE)
_COLUMNS: Final = (
    "any",
    "pc",
    "plan",
    *(step.value for step in STEPS[Operation.UPDATE]),
    *(f"{what.value}: {step}" for what in _FILES for step in ("any", *(s.value for s in STEPS[what]))),
)
_TITLES: Final = {
    "any": "Update: dialects",
    "pc": "Update: on the PC itself",
    "plan": "Update: while planning",
    **{step.value: f"Update: {step.value}" for step in STEPS[Operation.UPDATE]},
    **{
        f"{what.value}: {step}": f"{what.value.capitalize()}: {step}"
        for what in _FILES
        for step in ("any", *(s.value for s in STEPS[what]))
    },
}
_HEAD: Final = """\
# How sure a verdict is

<!-- Written by `python -m tests.reliability.publish`. Do not edit. -->

sicktui's promise is that its verdict is true whatever happens, and that nothing happens twice. This page is
the evidence: {count} updates, backups and restores of simulated sensors over real HTTP, each with something
that goes wrong, run by the real runner with its journal. **{wrong} of the verdicts were wrong.**

Each case is judged against the simulated sensor itself at the moment of the verdict, not against what the
client believed:

- `succeeded` only if the sensor with the same serial number has rebooted, runs the expected version, is
  healthy and can be reached; `failed` only if it can be reached and does not run the version, or nothing
  was ever written to it; `unknown` only if something was written; `skipped` only if nothing was.
- A backup `succeeded` only if a file is on the PC that opens and holds the parameters that the sensor has,
  and else there is none. A restore `succeeded` only if the parameters of the backup are in force and saved on
  the sensor with that serial number; it is not `failed` if they are.
- The code is one that fits the fault. Message and advice are there, hold no control characters, and claim
  nothing that the sensor's own record contradicts ("nothing was written", "RunFirmwareUpdate was sent",
  "still reports Started").
- The sensor's record of what it was sent: no breach of the protocol but those that the fault itself makes;
  no upload while it flashes; no second flash; no trigger without an upload; at most two uploads and two
  triggers; a backup writes nothing; a refused password is tried at most twice; nothing at all after the
  verdict.
- There is exactly one verdict for each sensor, and each job ends in bounded time.

A fault of a single request strikes the first request of a step, or all requests from that step on; a case
whose fault did not strike counts as wrong. Where it strikes after the upload, no backup is taken before.
What a fault does is in [simulator.md](simulator.md). Client and sensors run in one event loop whose clock
skips the waiting, so a busy machine makes the run slower and never different. Two limits are not faults of
the program: the verdict is about its own moment (a sensor that flashes for longer than
`timing.flash_timeout` gets `failed`, with the advice to look again), and where a sensor reports neither
serial number nor MAC address, another one at its address cannot be distinguished (the verdict names
this).
"""


def words(outcome: Outcome) -> str:
    """A verdict and its code, as the table has them."""
    verdict, code = outcome
    return verdict.value if code is None else f"{verdict.value}: {code.value}"


def render(results: Sequence[Result]) -> str:
    """The page."""
    wrong = sum(bool(result.wrong) for result in results)
    cases = [result.case for result in results]
    parts = [
        _HEAD.format(count=len(results), wrong="None" if wrong == 0 else wrong),
        _totals(results),
    ]
    for column in _COLUMNS:
        chosen = [result for result in results if result.case.column == column]
        if chosen:
            parts.append(_section(column, chosen))
    parts.append(f"<!-- cases: {len(results)}, sha256 {digest(cases)} -->\n")
    return "\n".join(parts)


def _totals(results: Sequence[Result]) -> str:
    generations = list(dict.fromkeys(result.case.generation for result in results))
    lines = ["## In numbers", "", _row("API generation", "cases", *Verdict, "wrong"), _rule(8)]
    for name in (*generations, "all"):
        chosen = [result for result in results if name in (result.case.generation, "all")]
        counts = Counter(result.outcome[0] for result in chosen)
        wrong = sum(bool(result.wrong) for result in chosen)
        lines.append(_row(name, len(chosen), *(counts[verdict] for verdict in Verdict), wrong))
    return "\n".join([*lines, ""])


def _section(column: str, results: Iterable[Result]) -> str:
    title = _TITLES[column]
    lines = [f"## {title}", "", _row("fault", *GENERATIONS), _rule(len(GENERATIONS) + 1)]
    rows: dict[str, dict[str, str]] = {}
    for result in results:
        rows.setdefault(result.case.row, {})[result.case.generation] = words(result.outcome)
    others: list[str] = []
    for row, cells in rows.items():
        lines.append(_row(row, *(cells.get(generation, "-") for generation in GENERATIONS)))
        others += [f"`{name}`, {row}: {cell}." for name, cell in cells.items() if name not in GENERATIONS]
    return "\n".join([*lines, "", *others, *([""] if others else [])])


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _rule(width: int) -> str:
    return f"|{'---|' * width}"


def read(text: str) -> dict[tuple[str, str, str], str]:
    """What the page says of each case: (column, fault, generation) to words."""
    found: dict[tuple[str, str, str], str] = {}
    by_title = {_TITLES[column]: column for column in _COLUMNS}
    column = ""
    for line in text.splitlines():
        if line.startswith("## "):
            column = by_title.get(line.removeprefix("## "), "")
        elif column and line.startswith("| ") and not line.startswith("| fault |"):
            row, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
            for generation, cell in zip(GENERATIONS, cells, strict=True):
                if cell != "-":
                    found[column, row, generation] = cell
        elif column and line.startswith("`"):
            name, _, rest = line.removeprefix("`").partition("`, ")
            row, _, cell = rest.partition(": ")
            found[column, row, name] = cell.removesuffix(".")
    return found
