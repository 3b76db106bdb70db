"""Widgets drawn from spans; none of them knows sensors or runs.

``painted`` draws spans with Textual's line API. ``pane`` is a scrolling part with a title; ``table`` and
``log_pane`` are panes. ``line_bar`` and ``hint_bar`` are fixed lines; ``keys`` names, binds and presses keys.
``prose``, ``scroll_box`` and ``key_lines`` make up dialogs. ``secret_input`` never copies what it hides.
"""
