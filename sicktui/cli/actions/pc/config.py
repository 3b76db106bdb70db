"""What ``sicktui config`` does: shows the settings in force, and lets them be edited."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sicktui.cli.asking import at_terminal, yes
from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.cli.tables import table
from sicktui.model.clock import SystemClock, timestamp
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.pc import FileLine, SettingLine
from sicktui.stores.config.settings_file import Origin, read_rows, shown, take_draft
from sicktui.stores.disk.files import display_path, exists, storage_errors
from sicktui.stores.disk.home import locate

HEADERS: Final = ("SETTING", "VALUE", "FROM", "DEFAULT")
NEW_FILE: Final = b"# Settings. 'sicktui config' shows all of them, with their defaults.\n"
_EDITORS: Final = ("sensible-editor", "nano", "vi", "notepad")


def show(common: Common) -> int:
    """Print every setting in force, and where its value comes from."""
    out = Printer.for_call(common)
    rows = read_rows(_file(common), common.overrides)
    for row in rows:
        out.emit(
            SettingLine(
                ts=_now(), key=row.name, value=row.value, origin=row.origin.value, default=row.default
            )
        )
    cells = [
        (row.name, row.shown, row.origin.value, "" if row.origin is Origin.DEFAULT else shown(row.default))
        for row in rows
    ]
    lines = table(HEADERS, cells, columns=out.wrap, spare=("DEFAULT",))
    out.line(lines[0], bold=True)
    for line, row in zip(lines[1:], rows, strict=True):
        out.line(line, None if row.origin is Origin.DEFAULT else "green")
    return ExitCode.OK


def path(common: Common) -> int:
    """Print where ``config.toml`` is, or would be."""
    out = Printer.for_call(common)
    place = _file(common)
    out.emit(FileLine(ts=_now(), file=str(place), exists=exists(place)))
    out.line(display_path(place))
    return ExitCode.OK


def edit(common: Common) -> int:
    """Open ``config.toml`` in an editor; what was edited is checked before it is taken."""
    out = Printer.for_call(common)
    place = _file(common)
    command = editor(os.environ, terminal=at_terminal())
    with storage_errors("read", place):
        before = place.read_bytes() if exists(place) else None
    offered = NEW_FILE if before is None else before
    with tempfile.TemporaryDirectory(prefix="sicktui-") as folder:
        draft = Path(folder) / place.name
        draft.write_bytes(offered)
        while True:
            _run(command, draft)
            if draft.read_bytes() == offered:
                out.emit(FileLine(ts=_now(), file=str(place), exists=before is not None))
                out.note("Nothing was changed.")
                return ExitCode.OK
            try:
                take_draft(place, draft, before)
            except ConfigError as error:
                if not at_terminal() or not _again(out, error):
                    raise
            else:
                out.emit(FileLine(ts=_now(), file=str(place), exists=True))
                out.note(f"Saved {display_path(place)}.")
                return ExitCode.OK


def editor(environ: Mapping[str, str], *, terminal: bool) -> list[str]:
    """The command of the user's editor.

    Raises:
        UsageError: there is none.
    """
    for variable in ("VISUAL", "EDITOR"):
        if words := shlex.split(environ.get(variable, ""), posix=os.name != "nt"):
            return words
    found = next(filter(None, map(shutil.which, _EDITORS)), None)
    if found is None or not terminal:
        raise UsageError("There is no editor to open.", advice="Name one in the variable EDITOR.")
    return [found]


def _run(command: Sequence[str], draft: Path) -> None:
    try:
        # The command is the user's own.
        ended = subprocess.run([*command, str(draft)], check=False)  # noqa: S603
    except OSError as error:
        raise UsageError(
            f"The editor {command[0]} cannot be started: {error.strerror}.",
            advice="Name another one in the variable EDITOR.",
        ) from error
    if ended.returncode:
        raise UsageError(
            f"The editor {command[0]} ended with code {ended.returncode}. Nothing was changed.",
            advice="Try again, or name another one in the variable EDITOR.",
        )


def _again(out: Printer, error: ConfigError) -> bool:
    out.warn(error.message, error.advice)
    return yes("Edit it again? What was typed is lost otherwise.")


def _file(common: Common) -> Path:
    return locate(common.home, os.environ).config_file


def _now() -> str:
    return timestamp(SystemClock().now())
