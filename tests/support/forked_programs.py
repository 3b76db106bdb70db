"""Calls of the program, forked from a process that has imported all of it."""

import contextlib
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

assert sys.platform == "linux"  # before the imports: type checkers see nothing of them elsewhere

import sicktui  # noqa: E402
from tests.support.fork_server import ForkedOnTerminal, ForkedProcess, ForkServer, leave, serve  # noqa: E402

_READ_AT_THE_START: Final = ("PYTHON", "TEXTUAL", "LC_", "TZ")
"""Variables that are read when the interpreter starts, or when a library is imported."""
_LANGUAGE: Final = "C.UTF-8"


class ProgramServer(ForkServer):
    """The process that calls of the program are forked from."""

    def __init__(self) -> None:
        super().__init__("tests.support.forked_programs", LANG=_LANGUAGE)

    def start(self, words: list[str], environ: dict[str, str], folder: Path) -> ForkedProcess:
        """Fork a call with pipes."""
        return self.fork({"words": words}, environ, folder)

    def start_on(
        self, terminal: int, words: list[str], environ: dict[str, str], folder: Path
    ) -> ForkedOnTerminal:
        """Fork a call on a terminal, which is closed here."""
        process = ForkedOnTerminal(*self.fork_on({"words": words}, environ, folder, [terminal] * 3))
        os.close(terminal)
        return process


def can_be_forked(environ: dict[str, str]) -> bool:
    """Whether a process with this environment is the same forked as started."""
    return environ.get("LANG", _LANGUAGE) == _LANGUAGE and not any(
        name.startswith(_READ_AT_THE_START) and environ[name] != os.environ.get(name) for name in environ
    )


def main() -> int:
    """Serve; in a forked process, be the program."""
    for module in pkgutil.walk_packages(sicktui.__path__, "sicktui."):
        with contextlib.suppress(ImportError, AttributeError):  # a part for another system
            import_module(module.name)
    asked = serve()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        mode, errors = "w" if number else "r", getattr(sys, name).errors
        stream = open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    program = import_module("sicktui.__main__")
    sys.argv = [str(program.__file__), *asked["words"]]
    code: int = program.main()
    return code


if __name__ == "__main__":
    leave(main())
