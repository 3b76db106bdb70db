"""What ``sicktui doctor`` does: prints the findings of the doctor."""

import os
import sys
from typing import Final

from msgspec import structs

from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.engine.doctor.pc import checks
from sicktui.model.clock import SystemClock, timestamp
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.pc import CheckLine

COLOURS: Final = {"ok": "green", "warning": "yellow", "failed": "red"}


def doctor(common: Common) -> int:
    """Check this PC. Returns 2 if a check failed."""
    out = Printer.for_call(common)
    failed = False
    for check in checks(common.home, common.overrides, os.environ, terminal=sys.stdout):
        failed = failed or check.state == "failed"
        out.emit(CheckLine(ts=timestamp(SystemClock().now()), **structs.asdict(check)))
        out.line(f"{check.state:<8} {check.name:<10} {check.message}", COLOURS[check.state])
        if check.remedy:
            out.line(f"{'':<19} -> {check.remedy}")
    return ExitCode.USAGE if failed else ExitCode.OK
