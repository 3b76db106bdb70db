"""The dashboard: a Textual app on the engine, without logic of sensors.

``app`` runs it. ``main`` is the main screen; it starts ``flows`` (a command as a sequence of questions and
work), which show ``screens`` and ``dialogs``, made of ``widgets``. ``state`` is what it knows; ``rows`` are
the records that tables show; ``drawing`` is text with tones; ``commands`` is the table of commands and keys.
``terminal`` is the layer below Textual. ``appearance``, ``glyphs`` and ``themes`` adapt it to a terminal;
``messages`` are the facts that workers post. Imports run from ``app`` down.
"""
