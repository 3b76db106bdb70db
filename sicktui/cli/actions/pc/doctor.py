"""What ``sicktui doctor`` does: prints the findings of the doctor."""

import os
import sys
from typing import Final

from sicktui.cli import lines
from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.cli.tables import hanging
from sicktui.engine.doctor.pc import checks
from sicktui.model.clock import SystemClock, timestamp
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.pc import CheckLine

_WIDTHS: Final = (7, 10, 0)
COLOURS: Final = {"ok": "green", "warning": "yellow", "failed": "red"}


def doctor(common: Common) -> int:
    """Check this PC. Returns 2 if a check failed."""
    out = Printer.for_call(common)
    failed = False
    for check in checks(common.home, common.overrides, os.environ, terminal=sys.stdout):
        if check.state == "failed":
            failed = True
            lines.blame(SicktuiError(f"{check.name}: {check.message}", advice=check.remedy))
        out.emit(line_of(CheckLine, timestamp(SystemClock().now()), check))
        for line in hanging((check.state, check.name, check.message), _WIDTHS, out.wrap):
            out.line(line, COLOURS[check.state])
        if check.remedy:
            out.lines(hanging(("", "", f"-> {check.remedy}"), _WIDTHS, out.wrap))
    return ExitCode.USAGE if failed else ExitCode.OK
