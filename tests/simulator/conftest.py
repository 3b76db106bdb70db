"""Fixtures of the simulator's tests."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sicktui.simulator import Device, DeviceSpec, Fault, make_package
from tests.simulator.plain_client import fleet_in_thread

Start = Callable[..., Device]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a device: ``start("picoscan-2.2.1", Fault(...), time_scale=20, version=...)``."""
    with ExitStack() as stack:

        def begin(generation: str, *faults: Fault, time_scale: float = 50.0, **changes: object) -> Device:
            spec = DeviceSpec(
                **({"name": "gate", "generation": generation, "faults": faults, "latency": 0.0} | changes)  # type: ignore[arg-type]
            )
            return stack.enter_context(fleet_in_thread(spec, time_scale=time_scale)).devices[0]

        yield begin


@pytest.fixture
def firmware(tmp_path: Path) -> bytes:
    """A signed package for picoScans, version 2.4.0.0R."""
    path = make_package(tmp_path / "picoScan_2.4.0.0R.spk.signed", "picoScan", "2.4.0.0R", size=300_000)
    return path.read_bytes()


@pytest.fixture
def loopback() -> None:
    """Skips where there are no further loopback addresses."""
    if sys.platform == "darwin":
        pytest.skip("macOS has 127.0.0.1 only")
