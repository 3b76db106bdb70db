"""The driver of a dashboard that ``sicktui serve`` shows in a browser."""

import contextlib
from functools import partial

from textual.drivers import web_driver

from sicktui.tui.terminal.parser import BoundedParser
from sicktui.tui.terminal.signals import HUNG_UP

setattr(web_driver, "XTermParser", BoundedParser)  # noqa: B010 - its input thread makes the parser itself


class PageDriver(web_driver.WebDriver):
    """Textual's driver for pages, which ends the dashboard when the server is gone."""

    def run_input_thread(self) -> None:
        """Read keys until the end; Textual's own would leave a dashboard without a page."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=HUNG_UP))

    def write(self, data: str) -> None:
        """Write, unless the server is gone."""
        with contextlib.suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Write a message to the server, unless it is gone."""
        with contextlib.suppress(BrokenPipeError):
            super().write_meta(data)
