"""httpx without its command-line tool.

``import httpx`` brings in that tool where rich, pygments and click are installed, which the dashboard and the
commands see to. Nothing of it is used, and every runner would pay for it: 6 MB, and a third of its start.
httpx does without when the tool cannot be imported.
"""

import sys
from typing import Any, cast

cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)

import httpx  # noqa: E402  after the line above, which is what this module is for

__all__ = ["httpx"]
