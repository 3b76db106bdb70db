"""Fixtures for the tests of the command line."""

import pytest

from sicktui.model.device import Profile
from sicktui.stores.config.devices import DeviceList, save_devices
from tests.support.program import ProgramHarness


@pytest.fixture
def furnished(program: ProgramHarness) -> ProgramHarness:
    """A home with devices, a package, a source, a run and a backup's metadata."""
    config = program.home / "config"
    config.mkdir(parents=True)
    profiles = [
        Profile(name="gate-1", address="10.0.0.1", tags=("hall-3",)),
        Profile(name="gate-2", address="10.0.0.2:8080"),
    ]
    save_devices(config / "devices.toml", DeviceList(profiles={each.name: each for each in profiles}))
    (config / "config.toml").write_text('[sources.share]\nkind = "folder"\npath = "/srv"\n')
    assert program.here("firmware", "add", program.package(), fast=False).code == 0
    kept = program.home / "data" / "backups" / "25420067"
    kept.mkdir(parents=True)
    for day in ("20261120", "20261121"):
        (kept / f"25420067-{day}-095427.json").write_text("{}")
    return program
