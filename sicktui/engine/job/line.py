"""Whether the line is in use: a file that exists, or the exit code of a command. No sensor starts then."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sicktui.model.safe_text import clean
from sicktui.model.settings import LineSettings
from sicktui.model.wording import duration
from sicktui.stores.disk.files import expand_path

_SECRETS: Final = "SICKTUI_"
"""Variables that begin so may be secrets: the command does not get them."""


class LineSign:
    """What the settings name as the sign of a line in use.

    Args:
        settings: the file, the command, and how long it may take.
    """

    def __init__(self, settings: LineSettings) -> None:
        self.settings = settings

    @property
    def is_watched(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.settings.in_use_file or self.settings.in_use_command)

    async def in_use(self) -> str:
        """Why no sensor may start now, in a few words; empty if the line is free.

        What cannot be found out counts as in use.
        """
        return await self._file() or await self._command()

    async def _file(self) -> str:
        name = self.settings.in_use_file
        if not name:
            return ""
        try:
            # In a thread: it may be on a share that is away.
            async with asyncio.timeout(self.settings.timeout):
                await asyncio.to_thread(os.stat, expand_path(name))
        except FileNotFoundError:
            return ""
        except TimeoutError:
            return f"{clean(name)} cannot be read within {duration(self.settings.timeout)}"
        except OSError as error:
            return f"{clean(name)} cannot be read: {error.strerror}"
        return f"{clean(name)} exists"

    async def _command(self) -> str:
        command = self.settings.in_use_command
        if not command:
            return ""
        name = clean(Path(command[0]).name, 60)
        try:
            process = await _start(command)
        except (OSError, ValueError) as error:
            return f"{name} cannot be started: {error}"
        try:
            async with asyncio.timeout(self.settings.timeout):
                code = await process.wait()
        except TimeoutError:
            return f"{name} did not end within {duration(self.settings.timeout)}"
        finally:
            _kill(process)
        return f"{name} ended with {code}" if code else ""


async def _start(command: Sequence[str]) -> asyncio.subprocess.Process:
    """Start the command, without secrets and without a window."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
    nothing = asyncio.subprocess.DEVNULL
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW}
    return await asyncio.create_subprocess_exec(
        *command, stdin=nothing, stdout=nothing, stderr=nothing, env=environment, **apart
    )


def _kill(process: asyncio.subprocess.Process) -> None:
    """End a command that hangs, with what it has started."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
