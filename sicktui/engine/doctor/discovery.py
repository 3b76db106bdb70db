"""The doctor's look at what a search for sensors needs on this PC."""

import errno
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from sicktui.discovery.interfaces import subnets
from sicktui.engine.context import Context
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.model.network.subnet import Subnet
from sicktui.model.safe_text import clean
from sicktui.model.wording import names

PROFILE_LIMIT: Final = 10.0
"""Seconds for PowerShell, which needs a few to start."""
_PUBLIC: Final = "public"
_PROFILES: Final = (
    "powershell",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    "Get-NetConnectionProfile | ForEach-Object { $_.InterfaceAlias + '|' + $_.NetworkCategory }",
)


def discovery_checks(context: Context, *, windows: bool = sys.platform == "win32") -> Iterator[DoctorCheck]:
    """What ``discover`` needs: an IPv4 address, the UDP port, and on Windows a private network."""
    own = subnets()
    yield _addresses(own)
    if own:
        yield _port(own, context.settings.discovery.port)
    if windows:
        yield from profile_checks(_profiles())


def _addresses(own: Sequence[Subnet]) -> DoctorCheck:
    if not own:
        return DoctorCheck(
            name="interfaces",
            state="warning",
            message="This PC has no IPv4 address, so no sensor can be found or reached.",
            remedy="Connect its network cable, or give its interface an address in the sensors' subnet.",
        )
    told = names([f"{subnet.host}/{subnet.prefix} ({subnet.name})" for subnet in own])
    return DoctorCheck(name="interfaces", state="ok", message=told)


def _port(own: Sequence[Subnet], port: int) -> DoctorCheck:
    for subnet in own:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((subnet.host, port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    continue  # an interface that has just gone
                return DoctorCheck(
                    name="search",
                    state="warning",
                    message=f"Another program uses UDP port {port}, as SOPAS ET does. 'discover' may miss "
                    "sensors.",
                    remedy="Close that program before you search.",
                )
    return DoctorCheck(name="search", state="ok", message=f"UDP port {port} is free for 'discover'.")


def profile_checks(printed: str) -> Iterator[DoctorCheck]:
    """Whether Windows drops the answers to a search.

    Args:
        printed: a line a network, ``interface|category``; empty where it could not be read.
    """
    networks = [line.rpartition("|")[::2] for line in printed.splitlines() if "|" in line]
    public = [clean(name.strip(), 60) for name, kind in networks if kind.strip().casefold() == _PUBLIC]
    if public:
        yield DoctorCheck(
            name="profile",
            state="warning",
            message=f"The network of {names(public)} is Public: Windows drops the answers to a search.",
            remedy="Set its profile to Private in the network settings, if it is the sensors' network.",
        )
    elif networks:
        yield DoctorCheck(name="profile", state="ok", message="No network of this PC is Public.")


def _profiles() -> str:
    program = shutil.which(_PROFILES[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  a fixed command
            (program, *_PROFILES[1:]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROFILE_LIMIT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
