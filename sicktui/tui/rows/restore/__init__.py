"""Restores: ``plan`` is the table, ``checks`` what was checked, ``replacement`` its steps in words."""
