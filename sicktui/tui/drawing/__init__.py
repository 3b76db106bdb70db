"""Text with a meaning, without Textual: everything the dashboard draws is made of spans.

``spans`` are pieces of text with a tone, and how to measure, truncate and wrap them. ``columns`` share the
width of a terminal between the columns of a table. ``hints`` are keys and what they do, ``bars`` show how far
something is, ``verdicts`` the look of a verdict.
"""
