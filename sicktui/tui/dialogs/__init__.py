"""The building blocks of screens: dialogs and full screens with nothing of one feature in them.

``dialog`` and ``full_screen`` are the two bases. On them: ``form`` (with the kinds of ``fields``),
``picker`` (a list), ``file_picker`` (a list with a line for a path) with ``browser``, ``table_screen``, and
``filtered_table`` with a filter. Ready to use: ``confirm``, ``notice``, ``progress``, ``save_as``,
``file_error``.
"""
