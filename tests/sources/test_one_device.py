"""One sensor is one device on the server: by its id, which is reserved, kept, and asked for in turn."""

import asyncio
import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sicktui.engine.offers import subjects as subjects_module
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.simulator import Fault
from sicktui.sources import pace
from sicktui.sources.thinx.protocol.requests import made_mac
from sicktui.stores.disk import shared_record
from sicktui.stores.disk.files import StorageError
from sicktui.stores.sources.udids import Account, UdidStore
from tests.sources.kit import home_in, subject
from tests.sources.odd_server import OWNER, OddServer, Reply, reply, running, source_at
from tests.sources.site import check, states
from tests.support.fleet_thread import FleetThread
from tests.support.program import ProgramHarness
from tests.thinx_server.application import Application

MAC = "00:06:77:00:00:01"
OTHER_MAC = "00:06:77:00:00:02"
OTHER_ID = "99999999-1111-4111-8111-000000000009"


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "APART", 0.01)
    monkeypatch.setattr(subjects_module, "PAUSE", 0.0)


async def checked(
    server: OddServer, folder: Path, *subjects: Subject, beside: tuple[OddServer, ...] = ()
) -> list[Offer]:
    async with source_at(server, folder, *beside) as source:
        return [offer async for offer in source.offers(subjects or (subject(),))]


def unread(number: int = 1) -> Subject:
    return _with(subject(number), mac=None, mac_trouble="the reply was cut")


def without(number: int = 1) -> Subject:
    return _with(subject(number), mac=None)


def _with(one: Subject, **changes: Any) -> Subject:
    return structs.replace(one, **changes)


async def test_two_checks_at_once_register_a_sensor_once(tmp_path: Path) -> None:
    server = OddServer()

    async def slow(registration: Mapping[str, Any]) -> Reply:
        answer = server.register(registration)
        await asyncio.sleep(0.3)
        return answer

    server.check_in = slow
    async with running(server):
        await asyncio.gather(*(checked(server, tmp_path) for _ in range(3)))
    assert len(server.devices) == 1
    assert [request.get("udid") for request in server.check_ins()] == [None, *[*server.devices] * 2]


async def test_a_known_sensor_is_found_by_its_serial_number_while_its_mac_cannot_be_read(
    tmp_path: Path,
) -> None:
    server = OddServer()
    async with running(server):
        for one in (subject(), unread(), without(), _with(subject(), serial=None)):
            [offer] = await checked(server, tmp_path, one)
            assert offer.state is OfferState.OFFERED
    assert list(server.devices.values()) == [MAC]
    assert {request["mac"] for request in server.check_ins()} == {MAC}


async def test_an_unknown_sensor_whose_mac_cannot_be_read_is_not_asked_for(tmp_path: Path) -> None:
    server = OddServer()
    async with running(server):
        [offer] = await checked(server, tmp_path, unread())
    assert (offer.state, server.requests) == (OfferState.UNAVAILABLE, [])
    assert "the reply was cut" in offer.message


async def test_one_without_a_mac_keeps_the_one_that_was_made_for_it(tmp_path: Path) -> None:
    server = OddServer()
    async with running(server):
        for one in (without(), subject(), without()):
            await checked(server, tmp_path, one)
    assert list(server.devices.values()) == [made_mac("25420001")]


async def test_two_servers_each_have_their_own_ids(tmp_path: Path) -> None:
    here, there = OddServer(), OddServer()
    there.devices = {OTHER_ID: "of another sensor"}
    async with running(here), running(there):
        for _ in range(3):
            await checked(here, tmp_path, beside=(there,))
            await checked(there, tmp_path, beside=(here,))
    assert len(here.devices) == 1
    assert len(there.devices) == 2
    assert there.check_ins()[0].get("udid") is None


async def test_a_server_under_another_name_keeps_its_devices(tmp_path: Path) -> None:
    server = OddServer()
    async with running(server):
        await checked(server, tmp_path)
    async with running(server):  # on another port
        await checked(server, tmp_path)
    assert len(server.devices) == 1


async def test_ids_of_a_file_that_did_not_name_servers_are_used_where_the_server_confirms_them(
    tmp_path: Path,
) -> None:
    file = home_in(tmp_path).udids_file
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"udids": {f"{OWNER[:16]} {MAC}": OTHER_ID}}))
    here, there = OddServer(), OddServer()
    there.devices = {OTHER_ID: MAC}
    async with running(here), running(there):
        for _ in range(2):
            await checked(here, tmp_path)
            await checked(there, tmp_path)
    assert len(here.devices) == len(there.devices) == 1
    assert json.loads(file.read_text())["udids"] == {}


async def test_nothing_is_sent_while_the_id_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: bytes) -> None:
        raise StorageError(f"Cannot write {path}: the disk is full.")

    monkeypatch.setattr(shared_record, "write_atomic", full)
    server = OddServer()
    async with running(server):
        with pytest.raises(StorageError):
            await checked(server, tmp_path)
    assert server.requests == []


async def test_the_id_is_kept_on_a_disk_that_fills_up_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = OddServer()

    def full(path: Path, _data: bytes) -> None:
        raise StorageError(f"Cannot write {path}.") from OSError(errno.ENOSPC, "full")

    def filling(registration: Mapping[str, Any]) -> Reply:
        monkeypatch.setattr(shared_record, "write_atomic", full)
        return server.register(registration)

    server.check_in = filling
    async with running(server):
        await checked(server, tmp_path)
        await checked(server, tmp_path)
    assert len(server.devices) == 1
    store = UdidStore(home_in(tmp_path).udids_file)
    kept = store.by_mac(Account(server=f"localhost:{server.port}", owner=OWNER), MAC)
    assert kept is not None
    assert [kept.udid] == [*server.devices]


@pytest.mark.parametrize("udid", [None, "0", 12, "x" * 36, "11111111222243338444555555555555"])
async def test_an_id_that_cannot_be_used_is_named(tmp_path: Path, udid: object) -> None:
    server = OddServer()
    server.check_in = lambda _: reply({"registration": {"success": True, "status": "OK", "udid": udid}})
    async with running(server):
        [offer] = await checked(server, tmp_path)
    assert offer.state is OfferState.REFUSED
    assert "an id that cannot be used" in offer.message
    assert offer.advice


async def test_a_reply_for_another_sensor_is_not_used(tmp_path: Path) -> None:
    server = OddServer()
    server.check_in = lambda sent: server.register({**sent, "mac": OTHER_MAC})
    async with running(server):
        [offer] = await checked(server, tmp_path)
        server.check_in = server.register
        await checked(server, tmp_path)
    assert offer.state is OfferState.REFUSED
    assert f"another sensor ({OTHER_MAC})" in offer.message
    assert "udid" not in server.check_ins()[1]


async def test_one_id_for_two_sensors_is_not_used(tmp_path: Path) -> None:
    server = OddServer()
    server.check_in = lambda _: reply({"registration": {"success": True, "status": "OK", "udid": OTHER_ID}})
    async with running(server):
        first, second = await checked(server, tmp_path, subject(1), subject(2))
    assert (first.state, second.state) == (OfferState.CURRENT, OfferState.REFUSED)
    assert f"the id of another sensor ({MAC})" in second.message


async def test_two_sensors_with_one_mac_are_named(tmp_path: Path) -> None:
    server = OddServer()
    async with running(server):
        _, second = await checked(server, tmp_path, subject(), _with(subject(2), mac=MAC))
    assert second.state is OfferState.REFUSED
    assert "serial number 25420001" in second.message
    assert len(server.check_ins()) == 1


async def test_an_upper_case_id_is_the_same(tmp_path: Path) -> None:
    server = OddServer()
    server.check_in = lambda _: reply(
        {"registration": {"success": True, "status": "OK", "udid": "AAAAAAAA-2222-4333-8444-555555555555"}}
    )
    async with running(server):
        await checked(server, tmp_path)
        await checked(server, tmp_path)
    assert server.check_ins()[1]["udid"] == "aaaaaaaa-2222-4333-8444-555555555555"


@pytest.mark.parametrize("fault", ["cut_reply", "http_503", "not_json", "wrong_types"])
def test_a_read_of_the_mac_that_fails_is_tried_again(
    site: ProgramHarness, fleet: FleetThread, application: Application, fault: str
) -> None:
    device = fleet.devices[0]
    device.add_fault(Fault(name=fault, at="GET EtherMACAddress", times=1))
    assert states(check(site)) == {"gate-1": "current", "gate-2": "current"}
    device.add_fault(Fault(name=fault, at="GET EtherMACAddress", times="always"))
    assert states(check(site)) == {"gate-1": "current", "gate-2": "current"}
    assert {known.mac.upper() for known in application.devices.all()} == {
        one.mac.upper() for one in fleet.devices
    }


def test_a_mac_that_never_could_be_read_is_no_reason_for_another_one(
    site: ProgramHarness, fleet: FleetThread, application: Application
) -> None:
    fleet.devices[0].add_fault(Fault(name="not_json", at="GET EtherMACAddress", times="always"))
    assert states(check(site)) == {"gate-1": "unavailable", "gate-2": "current"}
    assert len(application.devices.all()) == 1


def test_a_mac_that_vanishes_from_a_known_sensor_changes_nothing(
    site: ProgramHarness, fleet: FleetThread, application: Application
) -> None:
    check(site)
    fleet.devices[0].hidden |= {"EtherMACAddress"}
    assert states(check(site)) == {"gate-1": "current", "gate-2": "current"}
    assert len(application.devices.all()) == 2
