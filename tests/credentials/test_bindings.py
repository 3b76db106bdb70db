"""Passwords follow the sensor, not the name under which they are stored."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.context import Context, open_context
from sicktui.model.device import Profile
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.config.devices import DeviceList, load_devices, save_devices
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.groups import DeviceGroups
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VAULT
from tests.credentials.kit import MASTER, SECRET, cheap_vault, opened_vault
from tests.support.keyrings import Working, keyring_store

HERE, THERE = "192.168.0.1", "192.168.0.2"

Open = Callable[..., Credentials]


@pytest.fixture
def lists(tmp_path: Path) -> Callable[..., None]:
    """Write the device list."""
    path = tmp_path / "devices.toml"

    def write(*profiles: Profile) -> None:
        new = DeviceList(profiles={p.name: p for p in profiles}, digest=load_devices(path).digest)
        save_devices(path, new)

    return write


@pytest.fixture
def opening(tmp_path: Path, vault_file: Path) -> Open:
    """Open the credentials as the next process does."""

    def make(*, unlocked: bool = True, backend: Working | None = None) -> Credentials:
        listed = DeviceGroups(tmp_path / "devices.toml")
        return Credentials(
            given=None,
            keyring=None if backend is None else keyring_store(backend),
            vault=cheap_vault(vault_file, given=MASTER if unlocked else None),
            groups=listed,
            bindings=SharedRecord(tmp_path / "credentials.json", BindingsRecord()),
            place_of=listed.place,
        )

    return make


Lists = Callable[..., None]


def gate(address: str = HERE, *, name: str = "gate", serial: str | None = None) -> Profile:
    return Profile(name=name, address=address, serial=serial)


def test_a_device_removed_while_the_vault_was_locked_leaves_no_password(
    vault_file: Path, lists: Lists, opening: Open
) -> None:
    lists(gate())
    opened_vault(vault_file)
    assert opening().remember("gate", "Service", SECRET) == VAULT
    lists()
    locked = opening(unlocked=False)
    assert not locked.forget("gate", "Service")
    lists(gate())  # even at the same address
    assert opening(unlocked=False).password("gate", "Service") is None
    assert not opening(unlocked=False).is_locked("gate", "Service"), "nobody is asked to unlock for it"
    later = opening()
    assert later.password("gate", "Service") is None
    assert later.vault is not None
    assert later.vault.names() == (), "the removal was completed when the vault was unlocked"
    later.remember("gate", "Service", "new")
    assert opening().password("gate", "Service") == "new"


def test_a_removal_is_completed_by_an_unlock_of_any_process(
    vault_file: Path, lists: Lists, opening: Open
) -> None:
    lists(gate())
    opened_vault(vault_file)
    opening().remember("gate", "Service", SECRET)
    opening(unlocked=False).forget("gate", "Service")
    other = opening(unlocked=False)
    assert other.vault is not None
    other.vault.unlock(MASTER)
    assert cheap_vault(vault_file).names() == ()


@pytest.mark.parametrize("backend", [None, Working()], ids=["vault", "keyring"])
def test_a_new_device_of_an_old_name_does_not_get_its_password(
    vault_file: Path, lists: Lists, opening: Open, backend: Working | None
) -> None:
    """The list is edited by hand, or the program was killed in the middle of a removal."""
    lists(gate())
    opened_vault(vault_file)
    opening(backend=backend).remember("gate", "Service", SECRET)
    Passphrases(opening(backend=backend)).remember("gate", "a phrase")
    lists(gate(THERE))
    later = opening(backend=backend)
    assert later.password("gate", "Service") is None
    assert Passphrases(later).of("gate") is None
    why, advice = later.why_unknown("gate", "Service")
    assert HERE in why
    assert THERE in why
    assert "login" in advice
    later.remember("gate", "Service", "new")
    assert opening(backend=backend).password("gate", "Service") == "new"


def test_the_pinned_serial_is_the_sensor_wherever_it_is(
    vault_file: Path, lists: Lists, opening: Open
) -> None:
    lists(gate(serial="0042"))
    opened_vault(vault_file)
    opening().remember("gate", "Service", SECRET)
    lists(gate(THERE, serial="42"))
    assert opening().password("gate", "Service") == SECRET
    lists(gate(THERE, serial="43"))
    assert opening().password("gate", "Service") is None


@pytest.mark.parametrize("address", [HERE, f"{HERE}:443", f"{HERE}:80"])
def test_http_and_https_are_one_sensor(vault_file: Path, lists: Lists, opening: Open, address: str) -> None:
    """A sensor answers on both: its password need not be entered again for the other."""
    opened_vault(vault_file)
    lists(gate())
    opening().remember("gate", "Service", SECRET)
    lists(structs.replace(gate(address), scheme="https"))
    assert opening().password("gate", "Service") == SECRET


def test_a_serial_is_learnt_when_the_sensor_takes_the_password(
    vault_file: Path, lists: Lists, opening: Open
) -> None:
    lists(gate())
    opened_vault(vault_file, gate=SECRET)  # stored before there were bindings
    first = opening()
    assert first.password("gate", "Service") == SECRET
    assert first.serial_of("gate", "Service") is None
    first.accepted("gate", "Service", "0042")
    assert first.serial_of("gate", "Service") == "0042"
    second = opening()
    assert second.password("gate", "Service") == SECRET
    assert second.serial_of("gate", "Service") == "0042"
    second.accepted("gate", "Service", "43")  # the login of a sensor that replaces it
    second.remember("gate", "Service", "new")
    assert second.password("gate", "Service") == "new"
    assert second.serial_of("gate", "Service") == "43"
    lists(gate(serial="44"))  # the operator's word, which is checked by itself
    third = opening()
    assert third.password("gate", "Service") == "new"
    assert third.serial_of("gate", "Service") is None


def test_what_an_operator_changes_is_followed(vault_file: Path, lists: Lists, opening: Open) -> None:
    lists(gate())
    opened_vault(vault_file)
    credentials = opening()
    credentials.remember("gate", "Service", SECRET)
    lists(gate(THERE))
    assert credentials.follow("gate", "gate", "Service")
    assert opening().password("gate", "Service") == SECRET
    lists(gate(THERE, name="dock"))
    assert credentials.follow("gate", "dock", "Service")
    assert opening().password("dock", "Service") == SECRET
    assert cheap_vault(vault_file).names() == ("dock/Service",)
    lists(gate(THERE, name="port"))
    assert not opening(unlocked=False).follow("dock", "port", "Service")
    lists(gate(HERE, name="dock"))
    assert opening().password("dock", "Service") is None, "the old name at another address"


def test_a_device_without_a_password_is_followed_without_a_word(
    vault_file: Path, lists: Lists, opening: Open
) -> None:
    lists(gate(name="dock"))
    assert opening().follow("gate", "dock", "Service")


def test_shared_passwords_are_bound_to_no_sensor(vault_file: Path, lists: Lists, opening: Open) -> None:
    lists(Profile(name="gate", address=HERE, tags=("hall",)))
    opened_vault(vault_file)
    opening().share("@hall", "Service", SECRET)
    lists(Profile(name="gate", address=THERE, tags=("hall",)))
    assert opening().password("gate", "Service") == SECRET


def test_unreadable_bindings_withhold_what_is_stored(
    tmp_path: Path, vault_file: Path, lists: Lists, opening: Open
) -> None:
    lists(gate())
    opened_vault(vault_file)
    opening().remember("gate", "Service", SECRET)
    (tmp_path / "credentials.json").write_bytes(b"{")
    credentials = opening()
    assert credentials.password("gate", "Service") is None
    assert "credentials.json" in credentials.why_unknown("gate", "Service")[0]


def test_no_secret_is_in_the_bindings(tmp_path: Path, vault_file: Path, lists: Lists, opening: Open) -> None:
    lists(gate())
    opened_vault(vault_file)
    opening().remember("gate", "Service", SECRET)
    assert SECRET.encode() not in (tmp_path / "credentials.json").read_bytes()


def test_a_logout_without_any_store_leaves_nothing_behind(tmp_path: Path) -> None:
    context: Context = open_context(home=tmp_path, environ={}, use_keyring=False)
    assert context.credentials.describe().active == MEMORY
    context.credentials.forget("gate", "Service")
    words: Sequence[Path] = list(tmp_path.rglob("credentials.json"))
    assert words == []
