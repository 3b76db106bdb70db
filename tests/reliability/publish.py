"""Runs the fault matrix and writes docs/reliability.md: ``python -m tests.reliability.publish``.

``--only TEXT`` runs the cases whose name holds it and prints what happened in each, instead.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.exploration.pages import exploration_section, rules_section
from tests.reliability.batch import Batch
from tests.reliability.case import Case, Result
from tests.reliability.catalogue import batches, cases
from tests.reliability.page import PAGE, render, words

DEPTH = 2
"""Surprises in one path of the exploration that is published."""


def run_batch(batch: Sequence[Case]) -> list[Result]:
    """The results of one run, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="sicktui-matrix-") as folder:
        return Batch(batch, Path(folder)).run()


def main() -> int:
    """Run and write, or run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="run the cases whose name holds TEXT, print them")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    only = parser.parse_args().only
    chosen = [batch for batch in (_chosen(batch, only) for batch in batches(cases())) if batch]
    with ProcessPoolExecutor(parser.parse_args().jobs) as pool:
        results = [result for batch in pool.map(run_batch, chosen) for result in batch]
    wrong = [result for result in results if result.wrong]
    for result in results if only else wrong:
        _print(result)
    _say(f"{len(results)} cases, {len(wrong)} wrong")
    if only is None and not wrong:
        order = {case.id: number for number, case in enumerate(cases())}
        results.sort(key=lambda result: order[result.case.id])
        page = render(results, rules=rules_section(), explored=exploration_section(DEPTH))
        PAGE.write_text(page, encoding="utf-8")
    return 1 if wrong else 0


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
