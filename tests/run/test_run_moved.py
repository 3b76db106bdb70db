"""The device list after a run has found a sensor at another address: what the runner changes in it."""

from pathlib import Path

import pytest

from sicktui.engine.address.profiles import follow_moved
from sicktui.engine.job.refind import Moved
from sicktui.model.device import Identity, Profile, Target, resolve
from sicktui.model.settings import DeviceDefaults, Timing
from sicktui.stores.config.devices import DeviceList, load_devices, save_devices
from sicktui.stores.disk.home import Home, locate
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord, BoundPlace

OLD, NEW = "10.0.0.1", "10.0.0.9"
WHO = Identity(name="picoScan", version="2.4.0.0R", serial="25420067")
GATE = Profile(name="gate", address=OLD, serial="0025420067", note="kept")
FOUND = Moved(identity=WHO, place=NEW)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = locate(home=tmp_path, environ={})
    made.create()
    return made


def target(profile: Profile, *, ad_hoc: bool = False) -> Target:
    return resolve(profile, DeviceDefaults(), Timing(), ad_hoc=ad_hoc)


def lists(home: Home, *profiles: Profile) -> None:
    devices = DeviceList(digest=load_devices(home.devices_file).digest)
    for profile in profiles:
        devices = devices.add(profile)
    save_devices(home.devices_file, devices)


def addresses(home: Home) -> dict[str, str]:
    return {name: each.address for name, each in load_devices(home.devices_file).profiles.items()}


def test_the_profile_follows_and_so_do_others_that_pin_the_sensor(home: Home) -> None:
    twin = Profile(name="twin", address=OLD, serial="25420067")
    other = Profile(name="other", address=OLD, serial="1")
    lists(home, GATE, twin, other)
    words, left = follow_moved(home, target(GATE), FOUND)
    assert addresses(home) == {"gate": NEW, "twin": NEW, "other": OLD}
    assert load_devices(home.devices_file).profiles["gate"].note == "kept"
    assert (words, left) == (f"The profiles gate, twin now have {NEW}.", "")


@pytest.mark.parametrize(
    "now",
    [Profile(name="gate", address="10.0.0.5"), Profile(name="gate", address=OLD, serial="777"), None],
    ids=["another address", "another sensor", "removed"],
)
def test_what_others_have_changed_meanwhile_is_left_as_it_is(home: Home, now: Profile | None) -> None:
    lists(home, *([now] if now else []))
    assert follow_moved(home, target(GATE), FOUND) == ("", "")
    assert [*load_devices(home.devices_file).profiles.values()] == ([now] if now else [])


def test_an_address_given_ad_hoc_is_followed_by_what_pins_its_sensor(home: Home) -> None:
    lists(home, GATE, Profile(name="bare", address=OLD))
    words, _ = follow_moved(home, target(Profile(name=OLD, address=OLD), ad_hoc=True), FOUND)
    assert addresses(home) == {"gate": NEW, "bare": OLD}
    assert words == f"The profile gate now has {NEW}."


def test_its_stored_password_is_for_the_new_address(home: Home) -> None:
    lists(home, GATE)
    record = SharedRecord(home.bindings_file, BindingsRecord())
    keys = ("gate/Service\tvault", "gate/Service\tkeyring", "gate-2/Service\tvault")
    record.change(lambda _: BindingsRecord(places={key: BoundPlace(address=f"{OLD}:80") for key in keys}))
    follow_moved(home, target(GATE), FOUND)
    assert [record.read().places[key].address for key in keys] == [f"{NEW}:80", f"{NEW}:80", f"{OLD}:80"]


def test_a_list_that_cannot_be_changed_is_told_with_what_to_do(home: Home) -> None:
    home.devices_file.write_text("[devices.gate\n")
    words, left = follow_moved(home, target(GATE), FOUND)
    assert words.startswith("The device list could not be changed:")
    assert left == f"Change its profile: 'sicktui devices edit gate --address {NEW}'."
