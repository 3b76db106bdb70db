"""httpx without the optional modules that it looks for and this program does not use.

- Its command-line tool, which ``import httpx`` brings in where rich, pygments and click are installed: 6 MB,
  and a third of the start of every runner. httpx does without when the tool cannot be imported.
- sniffio, which distinguishes asyncio from trio: httpcore imports it for each of its locks and streams, eight
  times a request, and where it is not installed each import searches the whole import path. Without it
  httpcore assumes asyncio, which is right here.
"""

import sys
from typing import Any, cast

for _name in ("httpx._main", "sniffio"):
    # None makes an import fail at once; an imported module stays.
    cast("dict[str, Any]", sys.modules).setdefault(_name, None)

import httpx  # noqa: E402  after the lines above, the purpose of this module

__all__ = ["httpx"]
