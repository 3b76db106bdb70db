"""Fixtures of the tests of discovery."""

from tests.support.dashboard import harness

__all__ = ["harness"]
