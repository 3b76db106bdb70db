"""Runner processes forked from one that has imported all of the runner: a start takes 10 ms of CPU, not 400.

All but the imports is as it is in life: a process of its own, with session, environment, standard streams,
journal and locks. Any command but the runner's starts the interpreter afresh.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

assert sys.platform == "linux"  # before the imports: type checkers see nothing of them elsewhere

from sicktui.stores.backups import fingerprint  # noqa: E402
from tests.support.fork_server import ForkedProcess, ForkServer, leave, serve  # noqa: E402

SCRIPT: Final = Path(__file__).with_name("killed_runner.py")
_MODULE: Final = ["-m", "sicktui.engine.run.runner"]
LATER: Final = ("anyio._backends._asyncio", "ctypes", "encodings.utf_8_sig", "pwd")
"""What a runner imports while it works."""


def doom_of(command: Sequence[str]) -> list[str] | None:
    """Where a runner is to be killed, if this command starts one: empty for one that lives."""
    words = [word for word in command[1:] if word != "-P"]
    if not command or command[0] != sys.executable:
        return None
    if words[:2] == _MODULE:
        return []
    return words[1:] if words[:1] == [str(SCRIPT)] else None


class RunnerServer(ForkServer):
    """The process that the runners are forked from."""

    def __init__(self) -> None:
        super().__init__("tests.support.forked_runners")

    def start(self, doom: Sequence[str], log: int, environ: dict[str, str]) -> ForkedProcess:
        """Fork a runner."""
        asked = {"doom": list(doom), "cost": fingerprint._COST}
        return self.fork(asked, environ, Path.cwd(), log)


def main() -> int:
    """Serve; in a forked process, be the runner."""
    from sicktui.engine.run import runner  # noqa: PLC0415 - the tests' own process needs none of it here
    from tests.support.killed_runner import doomed  # noqa: PLC0415

    for name in LATER:
        import_module(name)
    asked = serve()
    fingerprint._COST = asked["cost"]  # type: ignore[misc]  # that of the tests' own process
    doom: list[str] = asked["doom"]
    sys.argv = [str(SCRIPT), *doom] if doom else [*_MODULE[1:]]
    return doomed(doom) if doom else runner.main()


if __name__ == "__main__":
    leave(main())
