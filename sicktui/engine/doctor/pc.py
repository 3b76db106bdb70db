"""The doctor: checks this PC for problems, and names the remedies.

Nothing is sent to any sensor: a route is looked up by the operating system without a packet.
"""

import contextlib
import shlex
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any, Final, TextIO

from sicktui import __version__
from sicktui.engine.context import Context, open_context
from sicktui.engine.doctor.addresses import address_checks
from sicktui.engine.doctor.check import DoctorCheck, State
from sicktui.engine.doctor.discovery import discovery_checks
from sicktui.engine.doctor.https import https_checks
from sicktui.engine.doctor.locks import lock_checks
from sicktui.engine.doctor.passwords import password_checks
from sicktui.engine.doctor.sources import source_checks
from sicktui.engine.plan.clock import clock_words
from sicktui.engine.run.diagnosis import diagnose_empty_journal
from sicktui.engine.run.follow import interrupted
from sicktui.engine.run.session import own_scope, session_of
from sicktui.model.device import Profile
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address import parse_address
from sicktui.model.wording import count, names
from sicktui.sensor.transport.names import begin_look_up
from sicktui.stores.config.settings import load_settings
from sicktui.stores.disk.files import POSIX_MODES
from sicktui.stores.disk.home import Home, locate

PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
LEAST_FREE: Final = 500_000_000
"""Bytes of free disk below which a package and its copy may not fit."""
NAME_LIMIT: Final = 5.0
"""Seconds for the names of all devices."""
_OTHERS: Final = 0o077
LEAST_COLUMNS: Final = 80
LEAST_LINES: Final = 24


def checks(
    home: Path | None,
    overrides: Sequence[str],
    environ: Mapping[str, str],
    *,
    context: Context | None = None,
    terminal: TextIO | None = None,
) -> Iterator[DoctorCheck]:
    """Every check in turn; one that breaks is itself a finding. Takes seconds: use a thread.

    Args:
        home: the folder of a portable installation, or ``None`` for the platform's own.
        overrides: ``KEY=VALUE`` settings of this call.
        environ: the environment.
        context: the stores of a front end; else they are opened for this.
        terminal: where a front end writes; ``None`` if it has none.
    """
    folders = context.home if context is not None else locate(home, environ)
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield DoctorCheck(
        name="program", state="ok", message=f"sicktui {__version__}, Python {version} on {sys.platform}"
    )
    yield from _folders(folders)
    yield from _privacy(folders)
    if context is not None:
        # Its settings were read when it began; the file may have been changed since.
        yield _guarded("settings", lambda: _settings(folders, overrides))
        yield from _kept(context, environ)
    else:
        yield from _opened(home, overrides, environ)
    yield from _logout(environ)
    yield from _terminal(terminal, environ)
    yield from _proxies(environ)


def _settings(folders: Home, overrides: Sequence[str]) -> str:
    load_settings(folders.config_file, overrides)
    return f"{folders.config_file}{_missing(folders.config_file)}"


def _opened(home: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    try:
        context = open_context(home=home, overrides=overrides, environ=environ)
    except SicktuiError as error:
        yield DoctorCheck(name="settings", state="failed", message=error.message, remedy=error.advice)
        return
    file = context.home.config_file
    try:
        yield DoctorCheck(name="settings", state="ok", message=f"{file}{_missing(file)}")
        yield from _kept(context, environ)
    finally:
        context.close()


def _missing(path: Path) -> str:
    return "" if path.exists() else " (not there: defaults)"


def _guarded(name: str, good: Callable[[], str], state: State = "failed") -> DoctorCheck:
    """A check that passes with the words of ``good``, or fails with its error."""
    try:
        return DoctorCheck(name=name, state="ok", message=good())
    except SicktuiError as error:
        return DoctorCheck(name=name, state=state, message=error.message, remedy=error.advice)
    except OSError as error:
        return DoctorCheck(name=name, state=state, message=f"{error}.")


def _folders(home: Home) -> Iterator[DoctorCheck]:
    for name, folder in (
        ("config", home.config),
        ("data", home.data),
        ("state", home.state),
        ("log", home.log),
    ):
        yield _guarded(name, lambda folder=folder: _writable(folder))  # type: ignore[misc]


def _privacy(home: Home) -> Iterator[DoctorCheck]:
    """Whether other users of this PC can read the folders."""
    if not POSIX_MODES:
        return
    loose: dict[Path, int] = {}
    for folder in (home.config, home.data, home.state, home.log):
        with contextlib.suppress(OSError):  # not there yet, or reported by the check of that folder
            mode = folder.stat().st_mode & 0o777
            if mode & _OTHERS:
                loose[folder] = mode
    if not loose:
        yield DoctorCheck(name="private", state="ok", message="Other users of this PC cannot read them.")
        return
    told = ", ".join(f"{folder} (mode {mode:o})" for folder, mode in loose.items())
    yield DoctorCheck(
        name="private",
        state="warning",
        message=f"Other users of this PC can read {told}.",
        remedy=f"chmod 700 {' '.join(shlex.quote(str(folder)) for folder in loose)}",
    )


def _writable(folder: Path) -> str:
    """Where a folder is, if it can be written to or created."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    with tempfile.TemporaryFile(dir=place):
        pass
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE:
        raise SicktuiError(
            f"{folder}: only {free // 1_000_000} MB of disk are free.",
            advice="Make room; a run copies its package.",
        )
    return f"{folder}{'' if folder.exists() else ' (not there yet)'}, {free // 1_000_000_000} GB free"


def _kept(context: Context, environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    """The contents of the folders, and the passwords."""

    def listed() -> str:
        devices = context.devices()
        doubts = " ".join(devices.warnings())
        return f"{context.home.devices_file}: {count(len(devices.profiles), 'device')}. {doubts}".strip()

    def journalled() -> str:
        if not context.home.journal_file.exists():
            return diagnose_empty_journal(context) or "no run yet"
        for damage in context.journal.damages():
            raise damage
        runs = context.journal.runs()
        if not runs and (lost := diagnose_empty_journal(context)):
            return lost
        return f"{context.home.journal_file}: {count(len(runs), 'run')}"

    def ended() -> str:
        lost = [row.run for row in interrupted(context)] if context.home.journal_file.exists() else []
        if lost:
            raise SicktuiError(
                f"{count(len(lost), 'run')} interrupted, the runner stopped: {names(lost)}.",
                advice=f"Resume it with 'sicktui runs resume {lost[0]}': every sensor is checked first.",
            )
        return "none interrupted"

    def dated() -> str:
        words = clock_words(context)
        if words:
            raise SicktuiError(words, advice="Set the PC's clock, or let it be set from the network.")
        return "agrees with the last backup and the last run"

    yield _guarded("devices", listed)
    yield _guarded("clock", dated, "warning")
    yield _guarded("journal", journalled)
    yield _guarded("runs", ended, "warning")
    yield from lock_checks(context.home)
    yield _guarded(
        "shelf", lambda: f"{count(len(context.shelf.entries()), 'package')} in {context.home.shelf}"
    )
    yield _guarded(
        "backups", lambda: f"{count(len(context.backups.list()), 'backup')} in {context.home.backups}"
    )
    yield from password_checks(context, environ)
    yield from source_checks(context, environ)
    yield from _https(context)
    yield from discovery_checks(context)
    yield from address_checks(context)
    yield from _routes(context)


def _https(context: Context) -> Iterator[DoctorCheck]:
    try:
        profiles = context.devices().profiles
    except SicktuiError:
        return  # Reported by the check of the list.
    yield from https_checks(context, profiles)


def _routes(context: Context) -> Iterator[DoctorCheck]:
    """Whether this PC has a route to each device."""
    try:
        profiles = context.devices().profiles.values()
    except SicktuiError:
        return  # Reported by the check of the list.
    begun = [(profile, _begin_look_up(profile)) for profile in profiles]
    wait([look_up for _, look_up in begun], timeout=NAME_LIMIT)
    lost = [(profile, problem) for profile, found in begun if (problem := _route_problem(found))]
    for profile, problem in lost:
        yield DoctorCheck(
            name="network",
            state="warning",
            message=f"{profile.name} ({profile.address}): {problem}.",
            remedy="Check the address, and this PC's network cable and configuration.",
        )
    if not lost:
        yield DoctorCheck(
            name="network",
            state="ok",
            message=f"This PC has a route to {count(len(profiles), 'listed device')}.",
        )


def _begin_look_up(profile: Profile) -> "Future[Any]":
    where = parse_address(profile.address, profile.scheme or "http")
    return begin_look_up(where.host, where.port)


def _route_problem(look_up: "Future[Any]") -> str:
    if not look_up.done():
        return f"no name server answered within {NAME_LIMIT:g} s"
    try:
        family, _, _, _, address = look_up.result()[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)  # UDP: looks the route up and sends nothing.
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _logout(environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    """Whether a run outlives the session that starts it, where logind can end it."""
    session = session_of(environ)
    if session is None:
        return
    if not session.kills:
        yield DoctorCheck(name="logout", state="ok", message="A run continues after logout.")
        return
    killed = "logind ends the processes of a session at logout (KillUserProcesses=yes)"
    if not own_scope(environ):
        yield DoctorCheck(
            name="logout",
            state="warning",
            message=f"{killed}, and 'systemd-run --user' does not work here: a logout interrupts a run.",
            remedy="Stay logged in until a run has finished; resume it with 'sicktui runs resume' otherwise.",
        )
    elif not session.lingers:
        yield DoctorCheck(
            name="logout",
            state="warning",
            message=f"{killed}. A run is started outside of it, but ends with your last session.",
            remedy="Run 'loginctl enable-linger', or stay logged in until a run has finished.",
        )
    else:
        yield DoctorCheck(name="logout", state="ok", message=f"{killed}; a run is started outside of it.")


def _terminal(terminal: TextIO | None, environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    if not (sys.__stdin__ and sys.__stdin__.isatty() and terminal is not None and terminal.isatty()):
        yield DoctorCheck(
            name="terminal",
            state="ok",
            message="Not a terminal: commands work, the dashboard needs one.",
        )
        return
    columns, lines = shutil.get_terminal_size()
    encoding = terminal.encoding or ""
    facts = [f"{columns}x{lines}", f"TERM={environ.get('TERM', '-')}", encoding]
    if environ.get("SSH_CONNECTION"):
        facts.append("over SSH")
    if environ.get("NO_COLOR"):
        facts.append("NO_COLOR is set")
    small = columns < LEAST_COLUMNS or lines < LEAST_LINES
    yield DoctorCheck(
        name="terminal",
        state="warning" if small else "ok",
        message=", ".join(facts),
        remedy=f"The dashboard needs {LEAST_COLUMNS}x{LEAST_LINES}." if small else "",
    )
    if encoding.lower().replace("-", "") != "utf8":
        yield DoctorCheck(
            name="terminal",
            state="warning",
            message=f"Its encoding is {encoding}: some characters are shown as '?'.",
            remedy='Set a UTF-8 locale (LANG=C.UTF-8), or dashboard.glyphs = "ascii".',
        )


def _proxies(environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    found = sorted({name.lower() for name in PROXIES if environ.get(name)})
    message = (
        f"{', '.join(found)} is set; sensors are reached directly, past any proxy."
        if found
        else "No proxy is configured."
    )
    yield DoctorCheck(name="proxies", state="ok", message=message)
