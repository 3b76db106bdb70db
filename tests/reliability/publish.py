"""Runs the fault matrix and writes docs/reliability.md: ``python -m tests.reliability.publish``.

``--only TEXT`` runs the cases whose name holds it and prints what happened in each, instead. ``--new`` runs
only the cases that the page does not have, and keeps what it reports of the others and of the exploration.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sicktui.model.enums import Code, Verdict
from tests.exploration.pages import explored_section, rules_section
from tests.reliability.case import Case, Result
from tests.reliability.catalogue import batches, cases
from tests.reliability.dump_batch import batch_of
from tests.reliability.page import PAGE, Ending, explored_of, read, render, words

DEPTH = 2
"""Surprises in one path of the exploration that is published."""


def run_batch(batch: Sequence[Case]) -> list[Result]:
    """The results of one run, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="sicktui-matrix-") as folder:
        return batch_of(batch, Path(folder)).run()


def main() -> int:
    """Run and write, or run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="run the cases whose name holds TEXT, print them")
    parser.add_argument("--new", action="store_true", help="run the cases that are not on the page yet")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given = parser.parse_args()
    only = given.only
    published = _published() if given.new else {}
    wanted = [case for case in cases() if case.id not in published]
    chosen = [batch for batch in (_chosen(batch, only) for batch in batches(wanted)) if batch]
    with ProcessPoolExecutor(given.jobs) as pool:
        results = [result for batch in pool.map(run_batch, chosen) for result in batch]
    wrong = [result for result in results if result.wrong]
    for result in results if only else wrong:
        _print(result)
    _say(f"{len(results)} cases, {len(wrong)} wrong")
    if only is None and not wrong:
        ran = {result.case.id: Ending(result.case, result.outcome) for result in results}
        endings = [ran.get(case.id) or published[case.id] for case in cases()]
        explored = explored_of(PAGE) if given.new else explored_section(DEPTH)
        page = render(endings, rules=rules_section(), explored=explored)
        PAGE.write_text(page, encoding="utf-8")
    return 1 if wrong else 0


def _published() -> dict[str, Ending]:
    """The cases that the page has, with a right outcome, by their ids."""
    said = read(PAGE.read_text(encoding="utf-8"), cases())
    found = {}
    for case in cases():
        verdict, _, code = said.get((case.column, case.row, case.generation), "").partition(": ")
        if not verdict:
            continue
        outcome = Verdict(verdict), Code(code) if code else None
        if not case.expected or outcome in case.expected:
            found[case.id] = Ending(case, outcome)
    return found


def _chosen(batch: Sequence[Case], only: str | None) -> list[Case]:
    return [case for case in batch if only is None or only in case.id]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print(result: Result) -> None:
    verdict = result.verdicts[0]
    _say(f"{result.case.id}: {words(result.outcome)} after {verdict.seconds:.0f} s")
    _say(f"    {verdict.message} {verdict.advice}")
    for wrong in result.wrong:
        _say(f"    WRONG: {wrong}")


if __name__ == "__main__":
    sys.exit(main())
