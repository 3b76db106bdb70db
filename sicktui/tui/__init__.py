"""The dashboard: Textual screens, widgets and messages."""
