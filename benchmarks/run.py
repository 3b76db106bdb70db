"""Runs the benchmarks and prints a table: ``python benchmarks/run.py [PART...]``. See docs/performance.md."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts this file's folder first; the package is found from the one above.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    runpy.run_module("benchmarks", run_name="__main__")
