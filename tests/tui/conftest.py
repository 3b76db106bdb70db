"""Fixtures of the dashboard's tests."""

from tests.support.dashboard import harness

__all__ = ["harness"]
