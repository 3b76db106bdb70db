"""A fetch takes the same memory whatever the size of the firmware: no way of the server holds it whole."""

import sys

import pytest

from benchmarks.source_fetch import fetch_peak
from tests.thinx_server.generations import AUGUST_2017, OCTOBER_2026, Generation

SIZE = 40_000_000
MOST = 30_000_000
"""Bytes above those of a process that has checked in. Held whole, JSON of this size would take 144 MB."""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("generation", "by_token", "files"),
    [(OCTOBER_2026, True, False), (OCTOBER_2026, False, False), (AUGUST_2017, False, False)],
    ids=["token", "simple JSON", "simple raw"],
)
def test_a_fetch_holds_no_firmware_in_memory(generation: Generation, *, by_token: bool, files: bool) -> None:
    assert fetch_peak(generation, by_token=by_token, files=files, size=SIZE) < MOST
