"""Watches the device list file, which another session may change at any time."""

import asyncio
from collections.abc import Callable, Mapping

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.stores.config.devices import DeviceList
from sicktui.stores.memory.last_seen import SeenSensor
from sicktui.tui.appearance import Appearance


class DeviceListWatcher:
    """Reads the device list, and shows the error of one that cannot be used.

    Args:
        screen: owns the worker.
        context: for the stores.
        appearance: how the dashboard looks.
        take: receives a changed list, and the sensors that were last seen.
    """

    def __init__(
        self,
        screen: "Screen[None]",
        context: Context,
        appearance: Appearance,
        take: Callable[[DeviceList, Mapping[str, SeenSensor]], None],
    ) -> None:
        self._screen = screen
        self._context = context
        self._appearance = appearance
        self._take = take
        self._digest: str | None = None
        self._troubled = False

    def check(self) -> None:
        """Read it in a worker, and pass it on if it changed."""
        if not self._troubled:
            self._screen.run_worker(
                self.read(), group="list", name="device list", exclusive=True, exit_on_error=False
            )

    def reload(self) -> None:
        """Read it in a worker, and pass it on even if it did not change."""
        self._digest = None
        self.check()

    async def read(self) -> None:
        """Read it, and pass it on if it changed."""
        try:
            devices, seen = await asyncio.to_thread(self._read)
        except SicktuiError as error:
            # Not above another screen, whose keys would answer it: the next check shows it.
            if not self._troubled and self._screen.is_active:
                from sicktui.tui.dialogs.file_error import FileErrorDialog  # noqa: PLC0415 - rarely needed

                self._troubled = True
                self._screen.app.push_screen(FileErrorDialog(self._appearance, error), self._try_again)
            return
        if self._digest != (devices.digest or ""):
            self._digest = devices.digest or ""
            self._take(devices, seen)

    def _read(self) -> tuple[DeviceList, dict[str, SeenSensor]]:
        return self._context.devices(), self._context.last_seen.all()

    async def _try_again(self, _: object) -> None:
        self._troubled = False
        await self.read()
