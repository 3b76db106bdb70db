"""httpx without its command-line tool, which this program does not use.

``import httpx`` brings the tool in where rich, pygments and click are installed: 6 MB, and 50 ms of every
runner that asks a server. httpx does without when the tool cannot be imported.
"""

import sys
from typing import Any, cast

# None makes an import fail at once; an imported module stays.
cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)

import httpx  # noqa: E402  after the line above, the purpose of this module

__all__ = ["httpx"]
