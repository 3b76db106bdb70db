"""What ``sicktui demo`` does: the dashboard or an update on simulated sensors, in a temporary home."""

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec
from msgspec import Struct

from sicktui.cli.actions.updates.plan import UpdateArguments
from sicktui.cli.actions.updates.update import update_in
from sicktui.cli.context import CliContext
from sicktui.cli.options import Common, StartDashboard
from sicktui.cli.output import Printer, no_screen
from sicktui.engine.context import Context, open_context
from sicktui.engine.run.follow import liveness, running
from sicktui.engine.run.history import every_event
from sicktui.engine.run.process import own_module
from sicktui.model.device import Profile
from sicktui.model.enums import Code, RunState, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import VerdictReached
from sicktui.model.wording import count
from sicktui.simulator import demo_package
from sicktui.stores.config.devices import save_devices

PASSWORD: Final = "servicelevel"  # noqa: S105  the published factory password of every simulated sensor
START_LIMIT: Final = 20.0
"""Seconds for the simulated sensors to start."""
END_LIMIT: Final = 5.0
"""Seconds for a process of the demo to end by itself."""
if sys.platform == "win32":
    _KILL: Final = signal.SIGTERM  # which ends a process at once there
else:
    _KILL: Final = signal.SIGKILL
FAILING: Final = 2
"""The place of the sensor that the demo makes fail, counted from 0."""
TIME_SCALE: Final = 10.0
"""Without a terminal: how many times as fast as real sensors."""
CONFIG: Final = """# The demo's settings: quicker than a plant needs.
[timing]
poll_interval = 1.0
autostart_wait = 2.0
reconnect_interval = 1.0
settle = 2.0

[limits]
requests_per_second = 20.0
max_failures = 1000
"""
FAST: Final = (
    "timing.poll_interval=0.25",
    "timing.autostart_wait=0.5",
    "timing.reconnect_interval=0.25",
    "timing.settle=0.5",
)


class SimulatedSensor(Struct, frozen=True, kw_only=True):
    """The part of the simulator's line about a sensor that the demo needs."""

    name: str
    address: str
    generation: str
    online: bool = True


class DemoError(SicktuiError):
    """The demo could not be set up."""


def demo(common: Common, number: int, dashboard: StartDashboard) -> int:
    """Set up the demo, run it, and remove it again.

    Returns:
        0 if all went as the demo intends: failures are part of it.
    """
    out = Printer.for_call(common)
    if common.home is not None:
        out.note("The demo uses a temporary folder; --home is ignored.")
    watched = not no_screen(common) and not common.json
    with (
        ended_by_signals(),
        temporary_home() as home,
        simulated_sensors(home, number, 1.0 if watched else TIME_SCALE) as sensors,
    ):
        overrides = common.overrides if watched else (*FAST, *common.overrides)
        context = set_up_home(home, sensors, overrides)
        try:
            if watched:
                return dashboard(context, demo=True)
            quiet = replace(common, home=home, yes=True)
            return _update_in_lines(CliContext(context, quiet, out), sensors)
        finally:
            end_runs(context)
            context.close()


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let the demo clean up on a signal to end."""

    def go(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # A set: Windows has no SIGHUP.
    numbers = {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
    before = {number: signal.signal(number, go) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def temporary_home() -> Iterator[Path]:
    """A folder that is removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="sicktui-demo-"))
    try:
        yield home
    finally:
        # What cannot be deleted (Windows keeps open files) is left to the system's own cleaning.
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def simulated_sensors(home: Path, number: int, time_scale: float) -> Iterator[list[SimulatedSensor]]:
    """Simulated sensors in a separate process, which ends with this one."""
    command = [
        *own_module("sicktui", "simulate", "--devices", str(number)),
        *("--time-scale", str(time_scale), "--demo", "--until-stdin-ends"),
    ]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SICKTUI_")}
    # Its own group, or Ctrl-C in the terminal would end the sensors first. On Windows
    # that is a creation flag, elsewhere a session.
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with (home / "simulator.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=not group,
            creationflags=group,
        )
    try:
        yield _announced(process, number, home / "simulator.log")
    finally:
        _end(process)


def _announced(process: "subprocess.Popen[bytes]", number: int, log: Path) -> list[SimulatedSensor]:
    """Wait until the sensors are there."""
    lines: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=read, name="announcements", daemon=True).start()
    deadline = time.monotonic() + START_LIMIT
    sensors: list[SimulatedSensor] = []
    try:
        while len(sensors) < number:
            sensors.append(
                msgspec.json.decode(lines.get(timeout=deadline - time.monotonic()), type=SimulatedSensor)
            )
    except (queue.Empty, ValueError, msgspec.DecodeError) as error:
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise DemoError(
            f"The simulated sensors did not start: {said[-1] if said else 'no error message'}.",
            advice="Run 'sicktui simulate' to see the error.",
        ) from error
    return sensors


def set_up_home(home: Path, sensors: Sequence[SimulatedSensor], overrides: Sequence[str]) -> Context:
    """Settings, device list, password and a package on the shelf."""
    config = home / "config"
    config.mkdir(mode=0o700)
    (config / "config.toml").write_text(CONFIG, encoding="utf-8")
    context = open_context(
        home=home, overrides=overrides, password=PASSWORD, passphrase=None, environ={}, use_keyring=False
    )
    devices = context.devices()
    for sensor in sensors:
        devices = devices.add(
            Profile(name=sensor.name, address=sensor.address, tags=tuple(sensor.name.split("-")[:2]))
        )
    save_devices(context.home.devices_file, devices)
    entry = context.shelf.add(demo_package(home))
    context.shelf.approve(entry.sha256)
    return context


def _update_in_lines(cli: CliContext, sensors: Sequence[SimulatedSensor]) -> int:
    """The update in plain lines, and whether it went as the demo intends."""
    out = cli.out
    out.note(f"Updating {count(len(sensors), 'simulated sensor')} in plain lines.")
    package = cli.context.shelf.entries()[0].name
    code = update_in(cli, UpdateArguments(devices=("all",), package=package))
    run = cli.context.journal.resolve("latest")
    reached = {
        event.device: (event.verdict, event.code)
        for event in every_event(cli.context.journal, run)
        if isinstance(event, VerdictReached)
    }
    if len(reached) < len(sensors):
        return code
    surprises = [
        sensor.name
        for number, sensor in enumerate(sensors)
        if reached.get(sensor.name) not in intended(number, sensor)
    ]
    if surprises:
        out.note(f"Unexpected result in the demo: {', '.join(surprises)}.", "red")
        return code or ExitCode.FAILED
    out.note("The demo ended as intended; its failures are part of it.")
    return ExitCode.OK


def intended(number: int, sensor: SimulatedSensor) -> tuple[tuple[Verdict, Code | None], ...]:
    """How a sensor of the demo may end: the third fails, one is offline, others do not fit the package."""
    if not sensor.online:
        return ((Verdict.FAILED, Code.UNREACHABLE),)
    if sensor.generation.startswith("lrs"):
        return ((Verdict.FAILED, Code.NOT_SUPPORTED),)
    if sensor.generation.startswith("multiscan"):
        return ((Verdict.FAILED, Code.UPDATE_ERROR), (Verdict.FAILED, Code.MODEL_MISMATCH))
    if number == FAILING:
        return ((Verdict.FAILED, Code.UPDATE_ERROR),)
    return ((Verdict.SUCCEEDED, None),)


def end_runs(context: Context) -> None:
    """End runner processes that still run: their sensors and their home are removed next."""
    for row in running(context):
        if row.pid is not None:
            with contextlib.suppress(OSError):  # it has just ended, which is another error on Windows
                os.kill(row.pid, _KILL)
        deadline = time.monotonic() + END_LIMIT
        while liveness(context, row).state is RunState.RUNNING and time.monotonic() < deadline:
            time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the simulator: its stdin first, which it watches; then harder."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    for harder in (process.terminate, process.kill):
        try:
            process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            harder()
    process.wait()
