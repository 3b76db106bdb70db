"""Makes the pictures: ``python screenshots/make.py [TOUR...]``; without a tour all of them, in some minutes.

It writes ``screenshots/*.svg``, and with Chromium on this PC the README's ``*.png`` and its film.
It needs the extra ``sicktui[pictures]``.
"""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts this file's folder first; the package is found from the one above.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    runpy.run_module("screenshots", run_name="__main__")
