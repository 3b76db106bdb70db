"""The entry point: ``sicktui`` and ``python -m sicktui``.

What is imported here decides how fast the program starts, so everything beyond the interpreter's
own modules is imported where it is needed: ``--version`` needs nothing, ``--help`` needs only the
definitions of the commands, and only the dashboard needs Textual.
"""

import gc
import os
import sys
from typing import TYPE_CHECKING, Final

from sicktui import __version__
from sicktui.cli import streams

if TYPE_CHECKING:
    from sicktui.engine.context import Context

_BEFORE_GARBAGE: Final = 100_000
"""Objects until the first search for garbage: what is imported becomes none, and looking at it again and
again takes a tenth of the start."""


def _dashboard(context: "Context", *, demo: bool) -> int:
    """Run the dashboard on this terminal until it is left."""
    from sicktui.tui import app  # noqa: PLC0415  Textual takes longer to import than a command to run

    return app.run(context, demo=demo)


def main() -> int:
    """Run the program on the arguments of this process.

    Returns:
        The exit code, as the command-line contract defines it; never 0 if output was lost.
    """
    with streams.guarded() as stdout:
        code = _call(sys.argv[1:])
    return stdout.exit_code(code)


def _call(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"sicktui {__version__}\n")
        return 0
    gc.set_threshold(_BEFORE_GARBAGE)
    from sicktui.cli.app import run  # noqa: PLC0415  --version must start as fast as bare Python

    if "_SICKTUI_COMPLETE" not in os.environ:  # which reads no password
        from sicktui.engine.run.process import forbid_core_dumps  # noqa: PLC0415

        forbid_core_dumps()
    return run(arguments, dashboard=_dashboard)


if __name__ == "__main__":
    sys.exit(main())
