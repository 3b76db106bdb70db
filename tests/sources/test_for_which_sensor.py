"""A package of a source is for the sensor that it was fetched for, whole, and known as what it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.site import add_build, check, configure, states
from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import ProgramHarness
from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, File, Firmware
from tests.thinx_server.server import Server

FIRMWARE = Firmware.made(40_000)
Mixed = Callable[..., ProgramHarness]


@pytest.fixture
def mixed(
    program: ProgramHarness, start_fleet: StartFleet, server: Server, application: Application
) -> Mixed:
    """A site with a sensor of each generation, and the same bytes as the build for all of them."""

    def made(*generations: str) -> ProgramHarness:
        fleet = start_fleet(
            *(sensor(f"gate-{n}", generation=name, version=None) for n, name in enumerate(generations, 1))
        )
        for number, address in enumerate(fleet.addresses, 1):
            assert program.here("devices", "add", f"gate-{number}", address, fast=False).code == 0
        configure(
            program,
            f'[sources.plant]\nkind = "thinx"\nurl = "{server.url}"\n'
            f'owner = "{application.account.owner}"\ndevices = ["all"]\n',
        )
        program.environment["SICKTUI_SOURCE_SECRET"] = application.account.key
        check(program)
        for device in application.devices.all():
            application.builds.append(Build("9.4.0", FIRMWARE, name=device.firmware_name))
        application.devices.switch_auto_update(on=True)
        return program

    return made


def test_equal_bytes_for_two_families_are_refused_for_the_second(mixed: Mixed) -> None:
    site = mixed("picoscan-2.2.1", "multiscan-2.4.2")
    result = site.here("firmware", "fetch", "--json")
    assert states(result.of_kind("offer")) == {"gate-1": "fetched", "gate-2": "refused"}
    assert "cannot be for both" in result.of_kind("offer")[1]["message"]
    [listed] = site.here("firmware", "list", "--json").lines
    assert listed["models"] == ["picoScan150"]
    assert states(check(site)) == {"gate-1": "fetched", "gate-2": "offered"}
    models = ("--for", "picoScan150", "--for", "multiScan100")
    assert site.here("firmware", "approve", listed["id"], *models, "--yes").code == 0
    result = site.here("firmware", "fetch", "--json")
    assert states(result.of_kind("offer")) == {"gate-1": "fetched", "gate-2": "fetched"}


def test_equal_bytes_for_two_variants_are_named(mixed: Mixed) -> None:
    result = mixed("picoscan-2.2.1", "picoscan120-2.2.1").here("firmware", "fetch", "--json")
    first, second = result.of_kind("offer")
    assert (first["state"], second["state"]) == ("fetched", "fetched")
    assert "each variant needs its own file" in second["message"]


def test_a_fetch_silences_no_warning_of_the_variant_and_an_approval_for_it_does(
    site: ProgramHarness, application: Application
) -> None:
    check(site)
    files = (File("picoScan120_2.4.0.0R.spk.signed", FIRMWARE),)
    for name in ("picoScan150", "picoScan"):
        application.builds.append(Build("2.4.0", FIRMWARE, name=name, files=files))
    application.devices.switch_auto_update(on=True)
    result = site.here("firmware", "fetch", "--device", "gate-1", "--json")
    [offer] = result.of_kind("offer")
    assert "named for picoScan120, and the sensor is a picoScan150" in offer["message"]
    [package] = (site.home / "data" / "firmware").glob("*/*.spk.signed")

    def planned() -> str:
        [item] = site.here("plan", "gate-1", "--package", str(package), "--json").of_kind("plan")
        return str(item["message"])

    assert "named for picoScan120" in planned()
    assert "was fetched from plant and is not approved" in planned()
    assert site.here("firmware", "approve", package.name, "--yes").code == 0
    assert "named for picoScan120" in planned()
    assert "is not approved" not in planned()
    assert site.here("firmware", "approve", package.name, "--for", "picoScan150", "--yes").code == 0
    assert "named for picoScan120" not in planned()


@pytest.mark.parametrize("how", ["damaged", "gone"])
def test_a_copy_that_is_not_whole_is_offered_again(
    site: ProgramHarness, application: Application, tmp_path: Path, how: str
) -> None:
    check(site)
    add_build(application, tmp_path)
    only = ("--device", "gate-1")
    assert site.here("firmware", "fetch", *only).code == 0
    assert states(check(site, *only)) == {"gate-1": "fetched"}
    [package] = (site.home / "data" / "firmware").glob("*/*.spk.signed")
    whole = package.read_bytes()
    package.chmod(0o600)
    if how == "gone":
        package.unlink()
    else:
        package.write_bytes(whole[:-1] + b"?")
    [offer] = check(site, *only)
    assert offer["state"] == "offered"
    assert "damaged" in offer["message"]
    assert site.here("firmware", "fetch", *only).code == 0
    assert package.read_bytes() == whole
    assert states(check(site, *only)) == {"gate-1": "fetched"}


def test_a_sensor_that_takes_the_place_of_another_is_offered_its_own(
    site: ProgramHarness,
    fleet: FleetThread,
    start_fleet: StartFleet,
    application: Application,
    tmp_path: Path,
) -> None:
    check(site)
    add_build(application, tmp_path)
    assert site.here("firmware", "fetch", "--device", "gate-1").code == 0
    other = start_fleet(sensor("other", generation="multiscan-2.4.2", version="2.2.0.0R", serial="777"))
    assert site.here("devices", "edit", "gate-1", "--address", other.addresses[0], fast=False).code == 0
    application.builds.append(Build("2.4.0", Firmware.made(50_000), name="multiScan100"))
    check(site, "--device", "gate-1")
    application.devices.switch_auto_update(on=True)
    assert states(check(site, "--device", "gate-1")) == {"gate-1": "offered"}


def test_a_file_named_for_another_version_is_named_at_each_check(
    site: ProgramHarness, application: Application
) -> None:
    check(site)
    files = (File("picoScan150_9.9.9.0R.spk.signed", FIRMWARE),)
    for name in ("picoScan150", "picoScan"):
        application.builds.append(Build("2.4.0", FIRMWARE, name=name, files=files))
    application.devices.switch_auto_update(on=True)
    result = site.here("firmware", "fetch", "--device", "gate-1", "--json")
    assert "9.9.9.0R, and the server offers 2.4.0" in result.of_kind("offer")[0]["message"]
    [offer] = check(site, "--device", "gate-1")
    assert offer["state"] == "fetched"
    assert "picoScan150_9.9.9.0R.spk.signed, which is another version" in offer["message"]
