"""Whether a run outlives the login session that starts it.

systemd-logind with ``KillUserProcesses=yes`` ends every process of a session at logout, detached or not
(logind.conf(5)). A scope of the user's own service manager is outside of the session; that manager itself
ends with the user's last session, unless the user lingers (``loginctl enable-linger``).
"""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

_LIMIT: Final = 5.0
"""Seconds for each of systemd's programs."""
_EXCLUDED: Final = "root"
"""logind's own ``KillExcludeUsers``."""

_log: Final = logging.getLogger(__name__)


class LoginSession(Struct, frozen=True, kw_only=True):
    """What becomes of this user's processes at logout."""

    kills: bool
    """Those of a session are ended with it."""
    lingers: bool
    """The user's service manager outlives the last session."""


def _user_id() -> str:
    if sys.platform == "win32":
        return ""
    else:  # noqa: RET505  so that the type checker leaves it out on Windows
        return str(os.getuid())


def session_of(environ: Mapping[str, str]) -> LoginSession | None:
    """The login session of this process; ``None`` if it has none that logind knows."""
    program = shutil.which("loginctl") if sys.platform == "linux" and environ.get("XDG_SESSION_ID") else None
    if program is None:
        return None
    manager = _properties(environ, program, "show-session", "--all")
    user = _properties(environ, program, "show-user", _user_id(), "--all")
    if "KillUserProcesses" not in manager:
        return None
    name = user.get("Name", "")
    only, excluded = (
        manager.get(key, default).split()
        for key, default in (("KillOnlyUsers", ""), ("KillExcludeUsers", _EXCLUDED))
    )
    return LoginSession(
        kills=manager["KillUserProcesses"] == "yes" and name not in excluded and (not only or name in only),
        lingers=user.get("Linger") == "yes",
    )


def outside_session(command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The command that starts ``command`` so that it outlives the session, where that takes help.

    The process stays the same, with its pipes: ``systemd-run --scope`` moves itself into the scope and then
    becomes the command.
    """
    session = session_of(environ)
    if session is None or not session.kills:
        return list(command)
    scope = own_scope(environ)
    if not scope:
        _log.warning("This run ends at logout (KillUserProcesses=yes of logind): systemd-run does not work.")
    return [*scope, *command]


def own_scope(environ: Mapping[str, str]) -> list[str]:
    """What goes before a command so that it runs outside of the session; empty if this PC cannot do that."""
    program = shutil.which("systemd-run")
    scope = [program, "--user", "--scope", "--quiet", "--collect", "--"] if program else []
    return scope if scope and _run(environ, [*scope, "true"]) is not None else []


def _properties(environ: Mapping[str, str], *command: str) -> dict[str, str]:
    found = _run(environ, command) or ""
    return dict(line.split("=", 1) for line in found.splitlines() if "=" in line)


def _run(environ: Mapping[str, str], command: Sequence[str]) -> str | None:
    """What a program prints; ``None`` if it does not work."""
    # What is in our own variables may be a password; no child needs it.
    own = {key: value for key, value in environ.items() if not key.startswith("SICKTUI_")}
    try:
        ended = subprocess.run(  # noqa: S603  systemd's own programs, by their full path
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_LIMIT,
            env=own,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.decode(errors="replace")
