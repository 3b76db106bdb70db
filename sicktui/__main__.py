"""The entry point: ``sicktui`` and ``python -m sicktui``.

What is imported here decides how fast the program starts, so everything beyond the interpreter's
own modules is imported where it is needed: ``--version`` needs nothing, ``--help`` needs only the
definitions of the commands, and only the dashboard needs Textual.
"""

import gc
import os
import sys
from typing import TYPE_CHECKING

from sicktui import __version__

if TYPE_CHECKING:
    from sicktui.engine.context import Context


def _dashboard(context: "Context", *, demo: bool) -> int:
    """Run the dashboard on this terminal until it is left."""
    gc.disable()  # nothing of what is imported becomes garbage: looking for it takes a tenth of the start
    from sicktui.tui import app  # noqa: PLC0415  Textual takes longer to import than a command to run

    gc.freeze()
    gc.enable()
    return app.run(context, demo=demo)


def _plug_streams() -> None:
    """Give standard streams that are closed (``>&-``, some services) the null device.

    Else the next file that is opened takes their place, and what is printed has nowhere to go.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  stays open


def main() -> int:
    """Run the program on the arguments of this process.

    Returns:
        The exit code, as the command-line contract defines it.
    """
    _plug_streams()
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"sicktui {__version__}\n")
        return 0
    from sicktui.cli.app import run  # noqa: PLC0415  --version must start as fast as bare Python
    from sicktui.engine.run.process import forbid_core_dumps  # noqa: PLC0415

    forbid_core_dumps()
    return run(arguments, dashboard=_dashboard)


if __name__ == "__main__":
    sys.exit(main())
