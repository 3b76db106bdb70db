"""Starts the runner process of a run, detached from this terminal."""

import errno
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from sicktui.engine.context import Context
from sicktui.engine.restore.source import facts_of
from sicktui.engine.run.handshake import RunnerReady, RunnerStart, RunSecrets
from sicktui.engine.run.process import own_module
from sicktui.engine.run.session import outside_session
from sicktui.model.enums import Code, Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.run.plan import PlanItem, RestoreOrder, RunSpec
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.disk.files import StorageError, make_folder, open_log
from sicktui.stores.disk.home import Home
from sicktui.stores.secrets.store import SOURCE_VARIABLE
from sicktui.stores.secrets.vault import VARIABLE as VAULT_VARIABLE

SECRET_VARIABLES: Final = frozenset(
    {"SICKTUI_PASSWORD", "SICKTUI_PASSPHRASE", VAULT_VARIABLE, SOURCE_VARIABLE}
)
"""No child inherits these: any program of this user can read the environment of a process."""
START_LIMIT: Final = 30.0
"""Seconds that a runner process has to report that it is ready."""

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

_log: Final = logging.getLogger(__name__)


class LaunchError(SicktuiError):
    """The runner process could not be started."""


def runner_log(home: Home, run: str) -> Path:
    """The log file of a run's runner."""
    return home.log / f"runner-{run}.log"


def spawn_runner(context: Context, spec: RunSpec, *, resumed: bool = False) -> None:
    """Start the runner process of a journalled run and wait until it is ready.

    Args:
        context: the folders and the credentials.
        spec: the run.
        resumed: whether an earlier runner has worked on it.

    Raises:
        LaunchError: it did not get ready in time, or reported why it cannot.
    """
    start = RunnerStart(run=spec.run, home=context.home, secrets=secrets_for(context, spec), resumed=resumed)
    log_path = runner_log(context.home, spec.run)
    ready = _ready_or_not(context, spec, start, log_path)
    if not ready.ready:
        raise LaunchError(
            f"The runner process of run {spec.run} did not start: {ready.message or 'no reason was given'}.",
            advice=f"Its log is {log_path}. "
            + (
                "Look at the sensors with 'sicktui status' before trying again."
                if resumed
                else "Nothing was sent to any sensor by this run."
            ),
            code=ready.code or Code.INTERRUPTED,
        )


def _ready_or_not(context: Context, spec: RunSpec, start: RunnerStart, log_path: Path) -> RunnerReady:
    """Start the process and hear what it reports; what keeps it from starting is such a report too."""
    try:
        make_folder(context.home.log)
        file = open_log(log_path)
    except OSError as error:
        return RunnerReady(ready=False, message=_words(error, log_path), code=Code.STORAGE_ERROR)
    except StorageError as error:
        return RunnerReady(ready=False, message=error.message.rstrip("."), code=Code.STORAGE_ERROR)
    with file as log:
        try:
            process = _popen(spec.run, log.fileno())
        except OSError as error:  # an interpreter that this user may not execute
            code = Code.STORAGE_ERROR if error.errno in _NO_ROOM else None
            return RunnerReady(ready=False, message=_words(error, log_path), code=code)
    # Without a wait the child would stay behind as a zombie of a long-lived dashboard.
    threading.Thread(target=process.wait, name=f"reap {spec.run}", daemon=True).start()
    return _handshake(process, start.encode())


def _words(error: OSError, path: Path) -> str:
    return f"{error.filename or path}: {error.strerror or error}"


def secrets_for(context: Context, spec: RunSpec) -> RunSecrets:
    """The secrets that the runner of a run needs."""
    going = [item for item in spec.items if item.may_go]
    return RunSecrets(
        passwords={
            item.device: context.credentials.password(item.device, item.target.user) for item in going
        },
        passphrase=context.credentials.passphrase or "",
        passphrases=_passphrases(context, spec, going),
        sessions={item.device: found for item in going if (found := context.sessions.pop(item.device, None))},
    )


def _passphrases(context: Context, spec: RunSpec, going: Sequence[PlanItem]) -> dict[str, str]:
    """The passphrase of each device: for a restore the one that opens the backup, if it is known."""
    known = Passphrases(context.credentials)
    if spec.operation is not Operation.RESTORE:
        return {item.device: known.of(item.device) or "" for item in going}
    orders = {item.device: spec.order_of(item.device) for item in going}
    opening = {
        device: _opening(context, known, order, device)
        for device, order in orders.items()
        if order is not None
    }
    return {device: passphrase for device, passphrase in opening.items() if passphrase is not None}


def _opening(context: Context, known: Passphrases, order: RestoreOrder, device: str) -> str | None:
    if order.described and not order.sealed:
        return ""
    facts = facts_of(context.backups, order)
    return known.for_bare_file(device) if facts is None else known.opening(facts, device)


def runner_command(run: str) -> list[str]:
    """What is executed: our own interpreter and module; lists of processes show the run too."""
    return own_module("sicktui.engine.run.runner", run)


def _popen(run: str, log: int) -> "subprocess.Popen[bytes]":
    """A process that outlives this one, its terminal and its SSH session."""
    if sys.platform != "win32":
        return _start(outside_session(runner_command(run), os.environ), log, start_new_session=True)
    else:  # noqa: RET505 - the type checker understands no early return for a platform
        # A console without a window: with none at all (DETACHED_PROCESS), the interpreter that the python.exe
        # of a virtual environment starts would open one (CPython issue 85785).
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            # An SSH session is a job object, which ends all that is in it when the connection does.
            return _start(
                runner_command(run), log, creationflags=flags | subprocess.CREATE_BREAKAWAY_FROM_JOB
            )
        except PermissionError:
            # A job that nothing may leave (Start-Process -Wait, some CI): better a run that is interrupted
            # with the job, and can be resumed, than none.
            _log.warning("The runner cannot leave this session's job object, and ends with it.")
            return _start(runner_command(run), log, creationflags=flags)


def _start(
    command: Sequence[str], log: int, *, start_new_session: bool = False, creationflags: int = 0
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  our own interpreter and module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment(),
        start_new_session=start_new_session,
        creationflags=creationflags,
    )


def environment() -> dict[str, str]:
    """What a runner inherits."""
    return {key: value for key, value in os.environ.items() if key not in SECRET_VARIABLES}


def _handshake(process: "subprocess.Popen[bytes]", start: bytes) -> RunnerReady:
    """Pass the secrets on, then wait for the runner's one line."""
    try:
        output = process.stdout
        if process.stdin is None or output is None:
            raise LaunchError("The runner process has no pipes.", code=Code.INTERRUPTED)
        process.stdin.write(start)
        process.stdin.close()
        line = _read_line(output.fileno(), process)
        output.close()
        return msgspec.json.decode(line, type=RunnerReady) if line else RunnerReady(ready=False)
    except (OSError, msgspec.DecodeError) as error:
        return RunnerReady(ready=False, message=str(error))


def _read_line(output: int, process: "subprocess.Popen[bytes]") -> bytes:
    """The first line of the runner, or what there is of it when the time is up or it ended."""
    line = bytearray()

    def read() -> None:
        while not line.endswith(b"\n"):
            chunk = os.read(output, 4096)
            if not chunk:
                return
            line.extend(chunk)

    # A thread, because a pipe on Windows cannot be read with a time limit.
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(START_LIMIT)
    if reader.is_alive():
        process.kill()
        reader.join()
    return bytes(line)
