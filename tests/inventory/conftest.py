"""Fixtures of the tests of the inventory."""

from tests.support.dashboard import harness

__all__ = ["harness"]
