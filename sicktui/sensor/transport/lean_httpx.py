"""httpx without what it looks for and this program does not use.

- Its command-line tool, which ``import httpx`` brings in where rich, pygments and click are installed: 6 MB,
  and a third of the start of every runner. httpx does without when the tool cannot be imported.
- sniffio, which tells asyncio from trio: httpcore imports it anew for each of its locks and streams, eight
  times a request, and each time searches the whole import path where it is not installed. Without it httpcore
  assumes asyncio, which is right here.
"""

import sys
from typing import Any, cast

for _name in ("httpx._main", "sniffio"):
    # None makes an import fail at once; a module that is already imported stays.
    cast("dict[str, Any]", sys.modules).setdefault(_name, None)

import httpx  # noqa: E402  after the lines above, which are what this module is for

__all__ = ["httpx"]
