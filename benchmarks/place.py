"""A throw-away place for one benchmark: a home, a package, sensors. Nothing of it is left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import tomli_w
from msgspec import Struct, to_builtins

from benchmarks.report import BenchmarkError
from sicktui.simulator import make_package

PACKAGE_BYTES: Final = 20_000_000
_VERSION: Final = "2.4.0.0R"
if sys.platform == "win32":
    KILL: Final = signal.SIGTERM
else:
    KILL: Final = signal.SIGKILL
_RUNNER: Final = b"sicktui.engine.run.runner"
_PATIENCE: Final = 10.0
_TICKS: Final = 100.0
"""Of a second, in which Linux counts processor time for programs, whatever its kernel uses."""


class SimulatedSensor(Struct, frozen=True, kw_only=True):
    """One ``[[device]]`` of a scenario file, see docs/simulator.md. Seconds, and bytes a second."""

    name: str
    generation: str = "picoscan-2.3.3"
    version: str = "2.3.0.0R"
    link_rate: float = 1e9
    flash_seconds: float = 20.0
    finished_seconds: float = 3.0
    reboot_seconds: float = 15.0
    autostart_after: float | None = None
    fault: tuple[dict[str, str | int | float], ...] = ()


class Place:
    """The folder and the processes of one benchmark. A context manager that leaves nothing behind."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sicktui-benchmark-"))
        self.home = self.folder / "home"
        self.environ = _environment(self.folder)
        self._children: list[subprocess.Popen[bytes]] = []
        self._runners: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self._runners:
            _end_runner(pid)
        for child in reversed(self._children):
            _end(child)
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *words: str) -> list[str]:
        """The command line of a call of sicktui in this place's home."""
        return [sys.executable, "-m", "sicktui", *words, "--home", str(self.home)]

    def package(self, size: int = PACKAGE_BYTES) -> Path:
        """A package that the simulated picoScans take."""
        return make_package(
            self.folder / f"picoScan100_{_VERSION}.spk.signed", "picoScan", _VERSION, size=size
        )

    def simulate(self, sensors: Sequence[SimulatedSensor]) -> list[str]:
        """Start the sensors in their own process. Returns their addresses in the same order."""
        return [str(line["address"]) for line in self.simulated(sensors)]

    def simulated(self, sensors: Sequence[SimulatedSensor]) -> list[dict[str, Any]]:
        """The same; returns the line that ``simulate`` prints about each."""
        scenario = self.folder / "scenario.toml"
        devices = [_scenario_entry(sensor) for sensor in sensors]
        scenario.write_bytes(tomli_w.dumps({"device": devices}).encode())
        child = self._start(self.command("simulate", "--scenario", str(scenario), "--json"))
        lines: list[dict[str, Any]] = []
        for _ in sensors:
            line = child.stdout.readline() if child.stdout else b""
            if not line:
                raise BenchmarkError("The simulated sensors did not start.")
            lines.append(json.loads(line))
        return lines

    def list_devices(self, sensors: Sequence[SimulatedSensor], addresses: Sequence[str]) -> None:
        """Write the device list of this place's home."""
        config = self.home / "config"
        config.mkdir(parents=True, mode=0o700, exist_ok=True)
        devices = {
            sensor.name: {"address": address} for sensor, address in zip(sensors, addresses, strict=True)
        }
        (config / "devices.toml").write_bytes(tomli_w.dumps({"devices": devices}).encode())

    def call(self, command: str, devices: Sequence[str], settings: Mapping[str, float], *more: str) -> "Call":
        """Start a real command that works on devices, with ``--json``."""
        words = [command, *devices, "--json", "--yes", *more]
        for key, value in settings.items():
            words += ["--set", f"{key}={value}"]
        return Call(self, self._start(self.command(*words)))

    def update(
        self, devices: Sequence[str], package: Path, settings: Mapping[str, float], *more: str
    ) -> "Call":
        """Start a real ``sicktui update --json``."""
        return self.call("update", devices, settings, "--package", str(package), *more)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a call of sicktui that ends with this place, if not before."""
        return self._start(self.command(*words))

    def own(self, pid: int) -> None:
        """Take responsibility for a runner process: it is detached, so nothing else ends it."""
        self._runners.append(pid)

    def errors(self) -> str:
        """The end of the processes' stderr."""
        return (self.folder / "stderr").read_text("utf-8", errors="replace")[-2000:]

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        with (self.folder / "stderr").open("ab") as errors:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self.environ,
                cwd=self.folder,
            )
        self._children.append(child)
        return child


class Call:
    """A call of ``sicktui ... --json``, read line by line."""

    def __init__(self, place: Place, process: "subprocess.Popen[bytes]") -> None:
        self.began = time.monotonic()
        self.pid = 0
        """The runner's, once the ``run`` line has come."""
        self._place = place
        self._process = process

    def lines(self) -> Iterator[tuple[float, dict[str, Any]]]:
        """Each JSON line with the moment of its arrival, until the program ends."""
        for line in self._process.stdout or ():
            arrived = time.monotonic()
            fields: dict[str, Any] = json.loads(line)
            if fields["kind"] == "run" and not self.pid:
                self.pid = int(fields["pid"] or 0)
                self._place.own(self.pid)
            yield arrived, fields

    def must_succeed(self, summary: Mapping[str, Any], count: int) -> None:
        """Refuse to measure a run that did not do what it was to do."""
        if summary.get("verdicts") != {"succeeded": count}:
            raise BenchmarkError(f"The run ended with {dict(summary)}.\n{self._place.errors()}")


def whole_process(command: Sequence[str], environ: Mapping[str, str] | None = None) -> float:
    """Seconds from the start of a program to its end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def memory(pid: int) -> dict[str, int]:
    """``VmRSS`` (now) and ``VmHWM`` (the most so far) of a process in bytes; empty once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace")
    except OSError:
        return {}
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {key: int(fields[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM") if key in fields}


def processor_time(pid: int) -> float:
    """Seconds of a core that a process has used so far; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def first_thread_time(pid: int) -> float:
    """Seconds of a core that the first thread of a process has used so far: the one with the event loop."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e9


def requests_of(address: str) -> int:
    """How many requests a simulated sensor has had; of many its record keeps only the last."""
    record = record_of(address)
    return int(record[-1]["number"]) if record else 0


def record_of(address: str) -> list[dict[str, Any]]:
    """The last requests that a simulated sensor has had, by its own record: 20,000 at most."""
    connection = HTTPConnection(address, timeout=_PATIENCE)
    try:
        connection.request("GET", "/simulator/record")
        requests: list[dict[str, Any]] = json.loads(connection.getresponse().read())["requests"]
        return requests
    finally:
        connection.close()


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    return bool(memory(pid))


def _environment(folder: Path) -> dict[str, str]:
    """The environment of every process: without the caller's sicktui settings and without a keyring."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("SICKTUI_")}
    return environ | {
        "SICKTUI_PASSWORD": "servicelevel",
        "SICKTUI_PASSPHRASE": "passphrase",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/no-bus",
    }


def _scenario_entry(sensor: SimulatedSensor) -> dict[str, Any]:
    return {key: value for key, value in to_builtins(sensor).items() if value is not None}


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout:
        child.stdout.close()


def _end_runner(pid: int) -> None:
    """Kill a runner that is still at work on simulated sensors; its pid may be somebody else's by now."""
    try:
        if _RUNNER in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, KILL)
    except OSError:
        return
