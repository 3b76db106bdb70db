"""Fixtures that several folders of tests use."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest

from sicktui.engine.context import Context
from sicktui.engine.parameters import variables
from sicktui.engine.parameters.variables import PATIENCE
from sicktui.engine.run import spawn as spawn_module
from sicktui.model.settings import Limits
from sicktui.simulator import DeviceSpec
from tests.support import program as program_module
from tests.support.clocks import clock_of_the_loop
from tests.support.engine_harness import EngineHarness
from tests.support.fleet_thread import FleetThread, StartFleet
from tests.support.harness import LIMITS, PASSPHRASE, fast_context
from tests.support.processes import forks
from tests.support.program import ProgramHarness
from tests.support.skipping_loop import SkippingLoop

_REAL_START: Final = spawn_module._start
_REAL_PROGRAM: Final = program_module.start_process

Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A context with fast settings and its own home."""
    return fast_context(tmp_path, passphrase=PASSPHRASE)


@pytest.fixture
async def harness(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[EngineHarness]:
    """The engine without sensors yet; at the end no sensor may have seen a violation of the protocol."""
    if isinstance(asyncio.get_running_loop(), SkippingLoop):  # no other process makes fingerprints
        monkeypatch.setattr("sicktui.stores.backups.fingerprint._COST", 16)
        # Jobs read as many parameters as at the default politeness, not all that there are.
        monkeypatch.setattr(
            variables, "PATIENCE", PATIENCE * Limits().requests_per_second / LIMITS.requests_per_second
        )
    context.clock = clock_of_the_loop()
    async with AsyncExitStack() as stack:
        made = EngineHarness(context, tmp_path, stack)
        if isinstance(asyncio.get_running_loop(), SkippingLoop):  # no time is saved by looking more often
            made.settings(poll_interval=0.5, reconnect_interval=0.5)
        yield made
        violations = made.violations()
    context.close()
    assert violations == []


@pytest.fixture
def every_parameter(harness: EngineHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs read all parameters of their sensors, as they do where many requests a second are allowed."""
    monkeypatch.setattr(variables, "PATIENCE", PATIENCE)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[ProgramHarness]:
    """The program with its own home."""
    made = ProgramHarness(tmp_path)
    yield made
    made.close()


@pytest.fixture
def start_fleet() -> Iterator[StartFleet]:
    """Starts simulated sensors in a thread; they end with the test."""
    with ExitStack() as stack:

        def start(*specs: DeviceSpec, time_scale: float = 50.0) -> FleetThread:
            return stack.enter_context(FleetThread(specs, time_scale=time_scale))

        yield start


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start Python on a piece of code, with its pipes open; whatever is left at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str, **options: object) -> "subprocess.Popen[str]":
        process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **options,  # type: ignore[call-overload]
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


if sys.platform == "linux":
    from tests.support.fork_server import ForkedProcess
    from tests.support.forked_programs import ProgramServer, can_be_forked
    from tests.support.forked_runners import RunnerServer, doom_of

    class ForkServers:
        """The processes that runners and calls of the program are forked from, started when first needed."""

        @cached_property
        def runners(self) -> RunnerServer:
            return RunnerServer()

        @cached_property
        def programs(self) -> ProgramServer:
            return ProgramServer()

        def close(self) -> None:
            for server in self.__dict__.values():
                server.close()

    @pytest.fixture(scope="session")
    def fork_servers() -> Iterator[ForkServers]:
        servers = ForkServers()
        yield servers
        servers.close()

    @pytest.fixture(autouse=True)
    def forked(
        request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, fork_servers: ForkServers
    ) -> None:
        """Fork runners and calls of the program in tests that are not marked ``starts_afresh``."""
        if not forks() or request.node.get_closest_marker("starts_afresh"):
            return

        def start_runner(
            command: Sequence[str], log: int, **how: Any
        ) -> "ForkedProcess | subprocess.Popen[bytes]":
            doom = doom_of(command)
            if doom is None:
                return _REAL_START(command, log, **how)
            return fork_servers.runners.start(doom, log, spawn_module.environment())

        def start_program(command: Sequence[str], environ: dict[str, str], folder: Path) -> Any:
            if not can_be_forked(environ):
                return _REAL_PROGRAM(command, environ, folder)
            return fork_servers.programs.start([*command[3:]], environ, folder)

        monkeypatch.setattr(spawn_module, "_start", start_runner)
        monkeypatch.setattr(program_module, "start_process", start_program)
        monkeypatch.setattr(program_module, "fork_server", lambda: fork_servers.programs)
