"""Widgets drawn from spans; none of them knows sensors or runs.

``painted`` draws spans with Textual's line API. ``pane`` is a scrolling part with a title; ``table`` and
``log_pane`` are panes. ``line_bar``, ``hint_bar`` and ``pending_line`` are fixed lines; ``keys`` names,
binds and presses keys, ``spoken`` puts them in the place of commands. ``prose``, ``scroll_box`` and
``key_lines`` make up dialogs. ``path_input`` completes a path, ``secret_input`` never copies what it hides.
"""
