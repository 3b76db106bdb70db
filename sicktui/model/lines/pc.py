"""Lines about this PC, and about the command itself."""

from typing import Any, Literal

from sicktui.model.enums import Code
from sicktui.model.lines.base import Line


class CheckLine(Line, frozen=True, kw_only=True, tag="check"):
    """``doctor``: one check."""

    name: str
    state: Literal["ok", "warning", "failed"]
    message: str
    remedy: str


class ErrorLine(Line, frozen=True, kw_only=True, tag="error"):
    """Why a command did not end with 0: its last line, unless that is ``summary``."""

    code: Code | None
    message: str
    advice: str
    exit_code: int


class ServingLine(Line, frozen=True, kw_only=True, tag="serving"):
    """``serve``: where the dashboard can be opened."""

    address: str


class SettingLine(Line, frozen=True, kw_only=True, tag="setting"):
    """``config``: one setting in force."""

    key: str
    value: Any
    origin: Literal["default", "config.toml", "--set"]
    default: Any


class FileLine(Line, frozen=True, kw_only=True, tag="file"):
    """``config path`` and ``config edit``: the file of the settings."""

    file: str
    exists: bool
