"""The dashboard's entry: builds the app, runs it and prints its last message."""

import errno
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from rich.color import ColorSystem
from textual import constants, events, on
from textual.app import App
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.scrollbar import ScrollBar

from sicktui.engine.context import Context
from sicktui.engine.run.process import own_module
from sicktui.stores.memory.places import Places
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.advice import speak
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.glyphs import Palette, choose_glyphs, choose_palette, wants_mouse
from sicktui.tui.main.notes import Notes
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.messages import LeaveAsked, Loaded
from sicktui.tui.terminal.clipboard import clipboard_sequence
from sicktui.tui.terminal.driver import PatientDriver
from sicktui.tui.terminal.garbage import LOOK_EVERY, Garbage, forget_closed_widgets
from sicktui.tui.terminal.key_queue import KeyQueue
from sicktui.tui.terminal.nearest_colour import NearestColours
from sicktui.tui.terminal.scrollbar import PlainScrollBar
from sicktui.tui.terminal.signals import HUNG_UP, TerminalGuard
from sicktui.tui.terminal.stylesheet import OnceParsed
from sicktui.tui.themes import theme_for, themes
from sicktui.tui.widgets.keys import keymap

WEB: Final = "textual.drivers.web_driver:WebDriver"
"""The driver that textual-serve asks for."""
_SYSTEMS: Final[Mapping[Palette, ColorSystem]] = {
    "full": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "none": ColorSystem.STANDARD,
}


class Dashboard(App[None]):
    """What belongs to the process as a whole: appearance, keys, exit."""

    TITLE = "sicktui"
    CSS_PATH = "app.tcss"
    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+c", "quit", "Quit", show=False),
    ]
    COMMANDS = set()  # noqa: RUF012 - the main screen brings its own; Textual's are not wanted
    NOTIFICATION_TIMEOUT = 6

    def __init__(self, context: Context, appearance: Appearance) -> None:
        theme, available = theme_for(appearance.theme, appearance.palette), themes(appearance.palette)
        ansi = next(each.ansi for each in available if each.name == theme)
        super().__init__(ansi_color=ansi or appearance.palette == "none")
        self.context = context
        self.appearance = appearance
        self.animation_level = "none"
        self.farewell = ""
        """Printed on the terminal after the dashboard exits."""
        self.then = ""
        """A command that is run after that."""
        for each in available:
            self.register_theme(each)
        self.theme = theme
        self.stylesheet = OnceParsed(self.get_css_variables())
        self._use_colours(appearance.palette)
        self.set_class(appearance.density == "comfortable", "-comfortable")
        self.set_keymap(keymap(appearance.keys))
        self._guard = TerminalGuard(self)
        self._key_queue = KeyQueue(self, super().on_event, self)
        self._notifications = Notes()
        self.garbage: Garbage | None = None
        """Collects garbage in quiet moments; ``None`` in a process that is not the dashboard's alone."""
        speak(appearance.keys)

    def get_driver_class(self) -> type[Driver]:
        """The patient driver, unless Textual's own environment variable names another."""
        if constants.DRIVER == WEB:
            from sicktui.tui.terminal.web_driver import PageDriver  # noqa: PLC0415  rarely needed

            return PageDriver
        return super().get_driver_class() if constants.DRIVER else PatientDriver

    def _use_colours(self, palette: Palette) -> None:
        """Write the colours that the terminal was found to have, not those that Rich would guess."""
        if palette == "256":
            self._filters.append(NearestColours())
        self.console._color_system = _SYSTEMS[palette]  # noqa: SLF001 - Textual makes the console itself

    def watch_theme(self, name: str) -> None:
        """Write the terminal's own colours as they are, and only those."""
        self.ansi_color = self.available_themes[name].ansi or self.appearance.palette == "none"

    def copy_to_clipboard(self, text: str) -> None:
        """Ask the terminal to copy a text, through tmux or screen too. Nothing happens with one too large."""
        self._clipboard = text
        if self._driver is not None and (sequence := clipboard_sequence(text, os.environ)):
            self._driver.write(sequence)

    def on_mount(self) -> None:
        """Draw as the terminal can, and handle signals."""
        if not self.appearance.glyphs.unicode:
            ScrollBar.renderer = PlainScrollBar
        forget_closed_widgets()
        self._guard.start()

    def get_default_screen(self) -> MainScreen:
        """The main screen: an empty one below it would be styled and drawn at the start too."""
        return MainScreen(self.context, self.appearance)

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; a key waits until the one before it has been handled."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if self.garbage:
                self.garbage.note_key()
            await self._key_queue.take(event)
        else:
            await super().on_event(event)

    # The gate of the key queue

    @property
    def holds(self) -> bool:
        """Whether keys wait for the dialog of a command."""
        return isinstance(self.screen, MainScreen) and self.screen.pending.holds

    async def released(self) -> bool:
        """Wait for that dialog, or for the end of the command."""
        main = self._main
        return main is None or await main.pending.released()

    def stop(self) -> None:
        """Stop what the command does before its dialog."""
        if self._main is not None:
            self._main.pending.stop()

    @property
    def _main(self) -> MainScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, MainScreen)), None)

    def on_unmount(self) -> None:
        """Restore the signal handlers."""
        self._guard.stop()

    @on(Loaded)
    def _collect_garbage(self) -> None:
        if self.garbage:
            self.garbage.begin()
            self.set_interval(LOOK_EVERY, self.garbage.look)

    @on(LeaveAsked)
    def _leave(self, message: LeaveAsked) -> None:
        self.farewell, self.then = message.farewell, message.then
        self.exit()

    @property
    def failure(self) -> Exception | None:
        """The unexpected error that ended the app."""
        return self._exception

    def _handle_exception(self, error: Exception) -> None:
        """End the app for any error but that of a screen which was opening when the app began to exit.

        Textual mounts nothing any more by then, so such a screen does not find its own widgets.
        """
        if not (self._exit and isinstance(error, NoMatches)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End the app. Textual would print the values of variables; one of them may be a password."""
        self.bell()
        self._close_messages_no_wait()

    async def action_quit(self) -> None:
        """Quit, after a question if a run is active."""
        if self._main is None:
            self.exit()
        else:
            self._main.leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow the command palette on the main screen only."""
        if action == "command_palette":
            return isinstance(self.screen, MainScreen)
        return super().check_action(action, parameters)


def appearance_for(context: Context, environ: Mapping[str, str], *, demo: bool = False) -> Appearance:
    """How the dashboard looks on this terminal.

    Raises:
        ConfigError: the ``[keys]`` table cannot be used.
    """
    settings = context.settings.dashboard
    # Textual draws on stderr where there is a choice (POSIX), on stdout under Windows.
    stream = sys.__stdout__ if os.name == "nt" else sys.__stderr__
    return Appearance(
        glyphs=choose_glyphs(settings, environ, stream.encoding if stream else None),
        palette=choose_palette(settings, environ),
        theme=settings.theme,
        density=settings.density,
        keys=KeyMap(context.settings.keys, str(context.home.config_file)),
        demo=demo,
        places=Places(context.home.places_file),
    )


def run(context: Context, *, demo: bool = False) -> int:
    """Run the dashboard on this terminal until the operator leaves.

    Args:
        context: the stores and settings; the caller closes it.
        demo: whether the sensors are simulated; the status line shows it.

    Returns:
        The exit code: 0, or 129 / 143 after SIGHUP / SIGTERM.

    Raises:
        ConfigError: the ``[keys]`` table of the settings cannot be used.
        Exception: the unexpected error that ended the dashboard. The terminal is restored by then.
    """
    app = Dashboard(context, appearance_for(context, os.environ, demo=demo))
    app.garbage = Garbage(context.clock.monotonic)
    try:
        app.run(mouse=wants_mouse(context.settings.dashboard, os.environ))
    except OSError as error:
        # A terminal that is gone answers the last attributes and bytes with EIO: nothing is left to do.
        if error.errno != errno.EIO:
            raise
        return HUNG_UP
    if app.failure is not None:
        raise app.failure
    if app.farewell:
        sys.stdout.write(app.farewell + "\n")
    if app.then:
        return subprocess.call(own_module("sicktui", app.then))  # noqa: S603 - our own program
    return app.return_code or 0
