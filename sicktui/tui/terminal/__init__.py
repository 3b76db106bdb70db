"""The terminal below Textual: what terminals do that Textual does not expect.

``driver`` drops frames instead of blocking when a terminal stops reading; ``posix_driver`` reads the keys;
``web_driver`` is the one for a browser.
``input_filter`` bounds what a terminal may send, without I/O; ``parser`` is Textual's parser behind it.
``key_queue`` delivers keys one at a time. ``signals`` ends the app when the terminal goes away.
``garbage`` is collected in quiet moments; ``late_styles`` styles a part of a widget when it is drawn, and
``stylesheet`` is parsed once for a theme.
``scrollbar`` is a scroll bar in ASCII, ``below`` the dimmed picture of the screen below a dialog,
``nearest_colour`` one of 256, ``clipboard`` copies over SSH.
"""
