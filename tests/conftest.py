"""Fixtures and helpers that more than one part's tests use."""
