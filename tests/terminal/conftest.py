"""These tests need a pseudo-terminal."""

import sys

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []
