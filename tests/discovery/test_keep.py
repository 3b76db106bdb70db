"""The device list takes what was found: nothing is lost, only what is confirmed, and passwords come along."""

from pathlib import Path
from typing import Any

import pytest

from sicktui.engine.context import Context, open_context
from sicktui.engine.discovery.keep import add, follow_moved
from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.search.records import By, Found, Problem
from sicktui.stores.config import devices as devices_file
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.groups import DeviceGroups
from tests.support.keyrings import Working, keyring_store

SERIAL = "25420067"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    made = open_context(home=tmp_path / "home", environ={}, use_keyring=False)
    made.home.create()
    groups = DeviceGroups(made.home.devices_file)
    made.credentials = Credentials(
        given=None,
        keyring=keyring_store(Working()),
        vault=None,
        groups=groups,
        bindings=SharedRecord(tmp_path / "credentials.json", BindingsRecord()),
        place_of=groups.place,
    )
    return made


def sensor(
    address: str = "192.168.0.9", *, serial: str = SERIAL, confirmed: bool = True, **more: Any
) -> Found:
    return Found(address=address, by=By.SWEEP, serial=serial, name="gate", confirmed=confirmed, **more)


def listed(context: Context, **more: Any) -> None:
    profile = Profile(name="gate", address="192.168.0.7", serial=SERIAL, **more)
    save_devices(context.home.devices_file, context.devices().add(profile))


def moved(address: str = "192.168.0.9", **more: Any) -> Found:
    return sensor(address, device="gate", problem=Problem.MOVED, **more)


def test_a_password_follows_the_sensor(context: Context) -> None:
    listed(context)
    context.credentials.remember("gate", "Service", "secret")
    (followed,) = follow_moved(context, [moved()])
    assert (followed.before, followed.profile.address, followed.password_kept) == (
        "192.168.0.7",
        "192.168.0.9",
        True,
    )
    assert context.devices().profiles["gate"].address == "192.168.0.9"
    assert context.credentials.password("gate", "Service") == "secret"


@pytest.mark.parametrize(
    ("found", "address"),
    [
        ("192.168.0.9:443", "192.168.0.9"),
        ("192.168.0.9:8080", "192.168.0.9:8080"),
        ("192.168.0.9", "192.168.0.9"),
    ],
)
def test_the_scheme_of_the_profile_decides_the_usual_port(context: Context, found: str, address: str) -> None:
    listed(context, scheme="https", tags=("hall",))
    follow_moved(context, [moved(found)])
    profile = context.devices().profiles["gate"]
    assert (profile.address, profile.scheme, profile.tags, profile.serial) == (
        address,
        "https",
        ("hall",),
        SERIAL,
    )


@pytest.mark.parametrize(
    "found",
    [
        moved(confirmed=False),
        sensor(device="gate"),
        sensor(device="gate", problem=Problem.OTHER_SUBNET),
        moved(serial="11111111"),
    ],
    ids=["unconfirmed", "not moved", "other subnet", "the list pins another by now"],
)
def test_nothing_else_is_followed(context: Context, found: Found) -> None:
    listed(context)
    assert follow_moved(context, [found]) == []
    assert context.devices().profiles["gate"].address == "192.168.0.7"


@pytest.mark.parametrize(
    "found",
    [
        sensor(confirmed=False),
        sensor(problem=Problem.ADDRESS_CONFLICT),
        sensor(problem=Problem.OTHER_SENSOR, instead_of="gate"),
        sensor(device="gate"),
    ],
    ids=["unconfirmed", "conflict", "other sensor", "known"],
)
def test_nothing_odd_is_added(context: Context, found: Found) -> None:
    assert add(context, [found]) == []
    assert context.devices().profiles == {}


def test_names_that_a_person_chose(context: Context) -> None:
    one, two = sensor(mac="00:06:77:00:00:01"), sensor("192.168.0.8", serial="2", mac="00:06:77:00:00:02")
    added = add(context, [one, two], names={one.key: "north"}, tags=["hall", "hall"])
    assert [(profile.name, profile.tags) for profile in added] == [("north", ("hall",)), ("gate", ("hall",))]


def test_a_name_that_is_not_valid_adds_nothing(context: Context) -> None:
    two = sensor("192.168.0.8", serial="2", mac="00:06:77:00:00:02")
    with pytest.raises(UsageError):
        add(context, [sensor(), two], names={two.key: "a/b"})
    assert context.devices().profiles == {}


def test_what_another_session_saves_meanwhile_is_not_lost(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []

    def save(path: Path, devices: DeviceList) -> DeviceList:
        if not saved:
            saved.append(1)
            other = Profile(name="other", address="192.168.0.20")
            save_devices(path, context.devices().add(other))
        return save_devices(path, devices)

    monkeypatch.setattr(devices_file, "save_devices", save)
    add(context, [sensor()])
    assert set(context.devices().profiles) == {"other", "gate"}


def test_a_list_that_changes_all_the_time_is_told(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(path: Path, devices: DeviceList) -> DeviceList:
        raise ConfigError("The list was changed.")

    monkeypatch.setattr(devices_file, "save_devices", save)
    with pytest.raises(ConfigError):
        add(context, [sensor()])


def test_adding_twice_adds_once(context: Context) -> None:
    add(context, [sensor()])
    assert add(context, [sensor("192.168.0.10", serial=f"00{SERIAL}")]) == []


def test_adding_a_sensor_without_serial_number_twice_adds_once(context: Context) -> None:
    bare = Found(address="192.168.0.9", by=By.SWEEP, mac="00:06:77:00:00:01", confirmed=True)
    assert len(add(context, [bare])) == 1
    assert add(context, [bare]) == []
