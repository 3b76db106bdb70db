"""Networks of namespaces for tests: hosts with interfaces, cables, switches and routers. Linux, as root.

::

    with Network(tmp_path) as network:
        pc, sensor = network.host("pc"), network.host("sensor")
        network.cable(pc, "left", sensor, "eth0", "192.168.0.100/24")
        network.simulate(sensor, 'name = "gate"\\ninterface = "eth0"')
        network.start(pc, "discover", "--json")

A host is a network namespace without a name, held by a waiting process, and has its own /run. However the
tests end, the end of its stdin ends that process, and its interfaces and addresses go with it.
"""

import functools
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pytest

from tests.support.harness import PASSWORD
from tests.support.processes import is_root
from tests.support.program import ProgramHarness, Result
from tests.support.waiting import LIMIT

_TOOLS: Final = ("ip", "unshare", "nsenter")
_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
"""Debian keeps ``ip`` where only root looks."""

_OWN_RUN: Final = "mount -t tmpfs tmpfs /run; mkdir -m 1777 /run/lock"
"""Else the locks of one PC would hold on all of them."""


@functools.cache
def why_not() -> str | None:
    """Why networks cannot be made here; ``None``: they can."""
    if platform.system() != "Linux":
        return "only Linux has network namespaces"
    if not is_root():
        return "network namespaces need root"
    missing = [tool for tool in _TOOLS if shutil.which(tool, path=_PATH) is None]
    if missing:
        return f"there is no {', '.join(missing)}: install iproute2 and util-linux"
    attempt = f"ip link add one type veth peer name two; {_set('ip_forward', 1)}; {_OWN_RUN}"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-ec", attempt],
        capture_output=True,
        check=False,
        env=os.environ | {"PATH": _PATH},
    )
    return f"no namespaces here: {tried.stderr.decode().strip()}" if tried.returncode else None


def _set(name: str, value: int) -> str:
    return f"echo {value} >/proc/sys/net/ipv4/{name.replace('.', '/')}"


def needs_namespaces(test: Callable[..., None]) -> Callable[..., None]:
    """Decorator: skips a test with the reason where networks cannot be made, or fails where they must be."""
    reason = why_not()
    if reason is not None and "SICKTUI_TESTS_NEED_NAMESPACES" in os.environ:
        raise RuntimeError(reason)
    marked: Callable[..., None] = pytest.mark.skipif(reason is not None, reason=str(reason))(test)
    return marked


class Host:
    """A network namespace: a PC, a sensor or a router."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-ec", f"{_OWN_RUN}; echo ready; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n"
        self.run("ip", "link", "set", "lo", "up")

    @property
    def pid(self) -> int:
        return self._holder.pid

    def inside(self, *words: str, folder: Path | None = None) -> list[str]:
        """The command line that runs a command on this host, in this folder (or the current one)."""
        kinds = (f"--{each}=/proc/{self.pid}/ns/{file}" for each, file in (("net", "net"), ("mount", "mnt")))
        return ["nsenter", *kinds, "sh", "-c", 'cd "$0" && exec "$@"', str(folder or Path.cwd()), *words]

    def run(self, *words: str) -> str:
        """Run a command on this host; what it prints."""
        done = subprocess.run(
            self.inside(*words), capture_output=True, check=False, env=_environment(), timeout=LIMIT
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(words)}: {done.stderr.decode()}"
        return done.stdout.decode()

    def set(self, **settings: int) -> None:
        """Set ``net.ipv4`` settings of the kernel: ``ip_forward=1``."""
        self.run("sh", "-ec", "; ".join(_set(name, value) for name, value in settings.items()))

    def close(self) -> None:
        """Let the namespace go, with everything in it."""
        self._holder.communicate(timeout=LIMIT)


class Simulated:
    """A ``sicktui simulate`` on a host; it ends with its stdin."""

    def __init__(self, process: "subprocess.Popen[bytes]", number: int) -> None:
        self.process = process
        assert process.stdout is not None
        self.announced: list[dict[str, Any]] = []
        for _ in range(number):
            line = process.stdout.readline()
            assert line, process.communicate(timeout=LIMIT)[1].decode()
            self.announced.append(json.loads(line))

    def close(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.communicate(timeout=LIMIT)


class Network:
    """Hosts and what runs on them; everything is removed at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = ProgramHarness(folder)
        self._hosts: list[Host] = []
        self._simulated: list[Simulated] = []
        self._programs: list[subprocess.Popen[bytes]] = []
        self._cables = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._programs:
            if program.poll() is None:
                program.kill()
            program.communicate(timeout=LIMIT)
        for simulated in self._simulated:
            simulated.close()
        for host in self._hosts:
            host.close()

    def host(self, name: str) -> Host:
        """A host without interfaces."""
        host = Host(name)
        self._hosts.append(host)
        # A sensor at a foreign address is heard, and a host that shares an address answers for itself only.
        host.set(**{"conf.all.rp_filter": 0, "conf.default.rp_filter": 0, "conf.all.arp_ignore": 1})
        return host

    def switch(self, name: str) -> Host:
        """A host whose cables are connected with each other."""
        switch = self.host(name)
        switch.run("ip", "link", "add", "bridge", "type", "bridge")
        switch.run("ip", "link", "set", "bridge", "up")
        return switch

    def plug(self, host: Host, interface: str, switch: Host, *addresses: str) -> None:
        """A cable from a host to a switch."""
        self._cables += 1
        port = f"port{self._cables}"
        self.cable(host, interface, switch, port, *addresses)
        switch.run("ip", "link", "set", port, "master", "bridge")

    def cable(self, one: Host, interface: str, other: Host, other_interface: str, *addresses: str) -> None:
        """A cable between two hosts; the addresses are those of the first one, with their prefix length."""
        one.run(
            *("ip", "link", "add", interface, "type", "veth"),
            *("peer", "name", other_interface, "netns", str(other.pid)),
        )
        other.run("ip", "link", "set", other_interface, "up")
        for address in addresses:
            one.run("ip", "addr", "add", address, "broadcast", "+", "dev", interface)
        one.run("ip", "link", "set", interface, "up")

    def simulate(self, host: Host, *devices: str, time_scale: float = 1.0) -> Simulated:
        """Run sensors on a host, each given as the lines of its ``[[device]]``.

        Use ``interface`` in each, which must be plugged in already.
        """
        scenario = self._folder / f"{host.name}-{len(self._simulated)}.toml"
        scenario.write_text("".join(f"[[device]]\n{device}\n" for device in devices), encoding="utf-8")
        process = self.start(
            host,
            *("simulate", "--scenario", str(scenario), "--time-scale", str(time_scale)),
            "--until-stdin-ends",
        )
        self._programs.remove(process)
        simulated = Simulated(process, len(devices))
        self._simulated.append(simulated)
        return simulated

    def start(self, host: Host, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Start the program on a host and leave it running; it is ended with the network."""
        process = subprocess.Popen(
            host.inside(*self._program.command(*words, fast=False), folder=self._folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(self._program.environment) | environment,
        )
        self._programs.append(process)
        return process

    def program(self, host: Host, *words: str, stdin: bytes = b"", **environment: str) -> Result:
        """Call the program on a host, with the sensors' password, and wait for its end."""
        process = self.start(host, *words, **{"SICKTUI_PASSWORD": PASSWORD, **environment})
        return self._program.wait(process, stdin)


def _environment(program: dict[str, str] | None = None) -> dict[str, str]:
    return (dict(os.environ) if program is None else program) | {"PATH": _PATH}
