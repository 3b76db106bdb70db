"""The building blocks of screens: dialogs and full screens with nothing of one feature in them.

``dialog`` and ``full_screen`` are the two bases. On them: ``form`` (with the kinds of ``fields``), ``picker``
(a list, with or without a line for a path) and ``table_screen``. Ready to use: ``confirm``, ``notice``,
``progress``, ``save_as``, ``file_error``.
"""
