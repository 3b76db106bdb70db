"""Whether locks hold on this PC: one is taken, and another process must not get it.

Run as a module, it is that other process: it prints whether the lock file it is given is ``free`` or
``held``.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sicktui.engine.doctor.check import DoctorCheck
from sicktui.engine.run.process import own_module
from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.files import explain_os_error
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import Lock, prepare_folder

_LIMIT: Final = 20.0
"""Seconds for the other process to answer."""
_FREE: Final = "free"
_HELD: Final = "held"


def lock_checks(home: Home) -> Iterator[DoctorCheck]:
    """Whether a sensor has one writer, within this home and on this PC. Leaves nothing behind."""
    try:
        _try_out(_existing(home.locks))
        if home.shared_locks:
            if os.path.lexists(home.sensor_locks):
                prepare_folder(home.sensor_locks, shared=True)
            _try_out(_existing(home.sensor_locks))
    except SicktuiError as error:
        yield DoctorCheck(name="locks", state="failed", message=error.message, remedy=error.advice)
    else:
        if home.shared_locks:
            where = f"{home.sensor_locks}, for all users of this PC"
            yield DoctorCheck(name="locks", state="ok", message=where)
        else:
            yield DoctorCheck(
                name="locks",
                state="warning",
                message=f"This PC has no folder that all its users may write to. Sensors are locked in "
                f"{home.sensor_locks}: other users, and other homes, are not kept from the same sensor.",
                remedy="Let only one user and one home of this PC write to sensors.",
            )


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _try_out(folder: Path) -> None:
    """Take a lock in a folder, and have another process try to.

    Raises:
        SicktuiError: locks do not work there.
    """
    advice = "Put the home on a local disk (--home), or mount its file system with locks."
    try:
        with tempfile.TemporaryDirectory(prefix=".sicktui-doctor-", dir=folder) as inside:
            lock = Lock(Path(inside) / "doctor.lock", what="The doctor's lock")
            with lock:
                seen = _seen_by_another(lock.path)
            freed = _seen_by_another(lock.path)
    except OSError as error:
        words, remedy = explain_os_error(error)
        raise SicktuiError(f"No lock can be taken in {folder}: {words}.", advice=remedy) from error
    except SicktuiError as error:
        raise SicktuiError(f"No lock can be taken in {folder}: {error.message}", advice=advice) from error
    if seen != _HELD:
        raise SicktuiError(
            f"Locks have no effect in {folder}: two processes could write to one sensor.", advice=advice
        )
    if freed != _FREE:
        raise SicktuiError(f"A lock in {folder} is still held after it was released.", advice=advice)


def _seen_by_another(path: Path) -> str:
    # What is in our own variables may be a password; no child needs it.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SICKTUI_")}
    try:
        answer = subprocess.run(  # noqa: S603  our own interpreter and module
            own_module("sicktui.engine.doctor.locks", str(path)),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_LIMIT,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return ""
    return answer.stdout.decode(errors="replace").strip()


def main() -> int:
    """Print how a lock file looks from here."""
    with contextlib.suppress(SicktuiError):
        sys.stdout.write(_HELD if Lock(Path(sys.argv[1]), what="It").is_held() else _FREE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
