"""Scenario files, the standard fleet, packages, and serving to other processes."""

import asyncio
import hashlib
import socket
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from sicktui.simulator import (
    DeviceSpec,
    Fault,
    Fleet,
    ScenarioError,
    SimulatorError,
    demo_package,
    load_scenario,
    make_package,
    serve,
    standard_fleet,
)
from sicktui.simulator.device.files.package import ImageReader
from sicktui.simulator.generations import GENERATIONS
from tests.simulator.plain_client import get, refused
from tests.support.ports import free_ports

GOOD = """
[defaults]
flash_seconds = 8

[[device]]
name = "gate-1"
generation = "auth-article"
version = "2.2.1.0R"
parameters = { ScanDataFormat = 4 }

[[device.fault]]
name = "upload_reset"
fraction = 0.3
times = 1

[[device.fault]]
name = "token_refused"
value = [401, 403]

[[device]]
name = "gate-2"
flash_seconds = 9
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text)
    return path


def test_a_scenario_is_read(tmp_path: Path) -> None:
    one, two = load_scenario(written(tmp_path, GOOD))
    assert (one.name, one.generation, one.version) == ("gate-1", "auth-article", "2.2.1.0R")
    assert one.faults == (
        Fault(name="upload_reset", fraction=0.3, times=1),
        Fault(name="token_refused", value=(401, 403)),
    )
    assert (one.flash_seconds, two.flash_seconds, two.generation) == (8, 9, "picoscan-2.3.3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[device]\n", ["fleet.toml", "not valid TOML", "line 1"]),
        ("", ["has no devices"]),
        ("device = 3", ["has no devices"]),
        ("defaults = 3\n[[device]]\nname='x'", ["defaults is not a table"]),
        ("[[devices]]\nname='x'", ["unknown key 'devices'", "Did you mean 'device'"]),
        ("[[device]]\nname='x'\nverion='1'", ["device 1 (x)", "unknown key 'verion'", "'version'"]),
        ("[[device]]\nversion='1'", ["missing required field `name`"]),
        ("[[device]]\nname='x'\nflash_seconds='long'", ["Expected `float`", "flash_seconds"]),
        ("[[device]]\nname='x'\ngeneration='pico'", ["generation"]),
        ("[[device]]\nname='x'\naccept_any_image=true", ["accept_any_image needs next_version"]),
        ("[[device]]\nname='x'\nfault=3", ["fault is not a list"]),
        ("[[device]]\nname='x'\n[[device.fault]]\nname='hung'", ["Unknown fault 'hung'", "'hang'"]),
        ("[[device]]\nname='x'\n[[device.fault]]\nname='hang'\nevery=2", ["fault 1", "unknown key 'every'"]),
        ("[[device]]\nname='x'\n[[device.fault]]\nname='hang'\nrate=2", ["does not accept 'rate'", "acts"]),
        ("[[device]]\nname='x'\nparameters={LocatioName='y'}", ["unknown key 'LocatioName'"]),
        ("[[device]]\nname='x'\nparameters={LocationName=5}", ["LocationName cannot be 5"]),
        ("[[device]]\nname='x'\ndhcp_address='10.1.0'", ["device 1 (x)", "10.1.0"]),
        ("[[device]]\nname='x'\nautoip='cola'", ["autoip", "cola"]),
        ("[[device]]\nname='x'\nautoip_seconds=2", ["autoip_seconds"]),
        ("[[device]]\nname='x'\ninterface='eth0'\nshares_address=true", ["shares_address is for"]),
        ("[[device]]\nname='x'\n[[device.fault]]\nname='autoip_claims'\nvalue=['1','10.1']", ["10.1"]),
        ("[[device]]\nname='x'\n[[device.fault]]\nname='autoip_claims'\nvalue=['1','','06:77']", ["06:77"]),
        ("[[device]]\nname='x'\n[[device]]\nname='x'", ["two devices have the name 'x'"]),
    ],
)
def test_a_bad_scenario_is_refused_in_words(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(tmp_path, text))
    for word in words:
        assert word in str(caught.value)


def test_a_scenario_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "missing.toml")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"name='\xff'")
    with pytest.raises(ScenarioError, match="not valid TOML"):
        load_scenario(tmp_path / "latin.toml")
    (tmp_path / "big.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ScenarioError, match="larger than a megabyte"):
        load_scenario(tmp_path / "big.toml")


def test_the_standard_fleet_shows_every_generation() -> None:
    fleet = standard_fleet()
    assert len(fleet) == 6
    assert len({spec.generation for spec in fleet}) == 6
    assert {spec.generation for spec in standard_fleet(18)} == set(GENERATIONS)
    assert fleet[0].name == "picoscan-gate-1"
    many = standard_fleet(50)
    assert len({spec.name for spec in many}) == 50
    assert len({spec.serial for spec in many}) == 50
    assert all(len(spec.serial or "") == 8 for spec in many)
    assert not any(spec.offline or spec.faults for spec in many)
    with pytest.raises(ValueError, match="at least one"):
        standard_fleet(0)


def test_the_demo_has_one_that_fails_and_one_that_is_offline() -> None:
    fleet = standard_fleet(demo=True)
    assert [fault.name for spec in fleet for fault in spec.faults] == ["update_error"]
    assert [spec.offline for spec in fleet].count(True) == 1
    assert [spec.name for spec in standard_fleet(2, demo=True)] == ["picoscan-gate-1", "picoscan-gate-2"]


@pytest.mark.parametrize("size", [200, 5_000, 3_000_000])
def test_packages_are_made_and_read(tmp_path: Path, size: int) -> None:
    path = make_package(tmp_path / "p.spk", "multiScan", "2.5.0.0R", size=size, signed=False)
    content = path.read_bytes()
    assert len(content) == size
    for step in (1_000_000, 7, 100):
        reader = ImageReader()
        for start in range(0, min(size, 5_000) if step < 1_000 else size, step):
            reader.feed(content[start : start + step])
        if step < 1_000 and size > 5_000:
            continue
        image = reader.finish()
        assert image.header is not None
        header = image.header
        assert (header.family, header.version, header.signed) == ("multiScan", "2.5.0.0R", False)
        assert image.sha256 == hashlib.sha256(content).hexdigest()
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    with pytest.raises(ValueError, match="at least"):
        make_package(path, "x", "1", size=10)


def test_the_demo_package_says_what_it_is(tmp_path: Path) -> None:
    path = demo_package(tmp_path)
    assert path.name == "picoScan100_2.4.0.0R.spk.signed"
    assert path.stat().st_size == 12_000_000


async def test_serve_announces_each_device_and_ends(tmp_path: Path) -> None:
    announced: list[dict[str, object]] = []
    stop = asyncio.Event()
    specs = [DeviceSpec(name="one"), DeviceSpec(name="two", generation="firmware-article")]
    first, second = free_ports(2)
    service = asyncio.create_task(serve(specs, port=first, announce=announced.append, stop=stop))
    while len(announced) < 2:
        await asyncio.sleep(0.01)
        assert not service.done() or service.exception() is None
    assert [line["address"] for line in announced] == [f"127.0.0.1:{first}", f"127.0.0.1:{second}"]
    assert announced[1]["auth"] == "basic"
    assert announced[0].keys() >= {"name", "model", "version", "serial", "generation", "user"}
    assert b"servicelevel" not in msgspec.json.encode(announced)
    stop.set()
    await service
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", first)


async def test_a_port_that_is_taken_is_said_in_words() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        number = other.getsockname()[1]
        with pytest.raises(SimulatorError, match=f"Port {number} .* cannot be used"):
            await serve([DeviceSpec(name="one")], port=number, announce=print, stop=asyncio.Event())


async def test_an_offline_device_refuses_and_names_are_unique() -> None:
    async with Fleet([DeviceSpec(name="dead", offline=True), DeviceSpec(name="alive")]) as fleet:
        assert await asyncio.to_thread(refused, fleet["dead"])
        assert (await asyncio.to_thread(get, fleet["alive"], "DeviceIdent")).status == 200
    with pytest.raises(ScenarioError, match="have the name 'a'"):
        Fleet([DeviceSpec(name="a"), DeviceSpec(name="a")])
    with pytest.raises(ValueError, match="greater than zero"):
        Fleet([], time_scale=0)
