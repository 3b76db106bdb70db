"""A site with sources: its settings, builds on the server, and checks by the command."""

from pathlib import Path
from typing import Any

from sicktui.simulator import make_package
from tests.support.program import ProgramHarness
from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, Firmware


def configure(program: ProgramHarness, text: str) -> None:
    (program.home / "config").mkdir(parents=True, exist_ok=True)
    (program.home / "config" / "config.toml").write_text(text)


def add_build(application: Application, folder: Path, version: str = "2.4.0") -> Path:
    package = folder / f"picoScan_{version}.spk.signed"
    make_package(package, "picoScan", f"{version}.0R", size=100_000, signed=True)
    for name in ("picoScan150", "picoScan", "PICS150-1", "picoScan1xx"):
        application.builds.append(Build(version, Firmware.at(package), name=name))
    application.devices.switch_auto_update(on=True)
    return package


def check(program: ProgramHarness, *words: str) -> list[dict[str, Any]]:
    return program.here("firmware", "check", "--json", *words).of_kind("offer")


def states(offers: list[dict[str, Any]]) -> dict[str, str]:
    return {offer["device"]: offer["state"] for offer in offers}
