"""Restores: ``plan`` is the table, ``checks`` what was checked, ``preview`` what would change.

``replacement`` has the steps of a replacement in words.
"""
