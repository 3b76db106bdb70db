"""The chain: given, keyring, vault, memory. The best that works is used; why a better one is not, is told."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from sicktui.engine.context import open_context
from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VAULT, Vault, VaultState
from tests.credentials.kit import MASTER, SECRET, cheap_vault, everything_in, opened_vault
from tests.support.keyrings import (
    KEYRING,
    Refusing,
    Working,
    keyring_store,
    macos_over_ssh,
    windows_over_ssh,
)


def groups(device: str) -> Sequence[str]:
    return {"a": ("@hall-3", "@line-1", "all"), "b": ("@hall-3", "all"), "c": ("all",)}.get(device, ())


def chain(
    vault: Vault | None = None, backend: Working | None = None, *, given: str | None = None
) -> Credentials:
    return Credentials(
        given=given,
        keyring=None if backend is None else keyring_store(backend),
        vault=vault,
        groups=groups,
    )


@pytest.mark.parametrize(
    ("failure", "words"), [(windows_over_ssh, "error 1312"), (macos_over_ssh, "error -25308")]
)
def test_where_the_keyring_refuses_by_design_the_vault_is_used(
    vault_file: Path, failure: object, words: str
) -> None:
    assert callable(failure)
    credentials = chain(opened_vault(vault_file), Refusing(failure))
    assert credentials.remember("a", "Service", SECRET) == VAULT
    report = credentials.describe()
    assert (report.active, report.vault) == (VAULT, VaultState.OPEN)
    assert [problem.name for problem in report.problems] == [KEYRING]
    assert words in report.problems[0].reason
    later = chain(cheap_vault(vault_file, given=MASTER), Refusing(failure))
    assert later.password("a", "Service") == SECRET


def test_the_keyring_goes_before_the_vault(vault_file: Path) -> None:
    backend = Working()
    vault = opened_vault(vault_file, b="from the vault")
    credentials = chain(vault, backend)
    assert credentials.remember("a", "Service", SECRET) == KEYRING
    assert "a/Service" not in vault.names()
    assert credentials.password("b", "Service") == "from the vault"
    report = credentials.describe()
    assert (report.active, report.problems) == (KEYRING, ())


def test_a_new_password_in_the_keyring_leaves_no_old_one_in_the_vault(vault_file: Path) -> None:
    """Over SSH the vault is read: an old password there would be tried, and sensors lock."""
    vault = opened_vault(vault_file, a="old")
    chain(vault, Working()).remember("a", "Service", "new")
    over_ssh = chain(vault, Refusing(windows_over_ssh))
    assert over_ssh.password("a", "Service") == "new"


def test_an_old_password_in_a_locked_vault_is_told(vault_file: Path) -> None:
    opened_vault(vault_file, a="old")
    credentials = chain(cheap_vault(vault_file), Working())
    assert credentials.remember("a", "Service", "new") == KEYRING
    assert credentials.password("a", "Service") == "new"
    report = credentials.describe()
    assert report.active == KEYRING
    assert report.problems[0].reason == "it is locked and still holds an older entry a/Service"
    assert credentials.vault is not None
    credentials.vault.unlock(MASTER)
    credentials.remember("a", "Service", "new")
    assert credentials.describe().problems == ()
    assert credentials.vault.get("a/Service") == "new"


def test_without_keyring_and_vault_memory_is_used_and_both_reasons_are_told(vault_file: Path) -> None:
    credentials = chain(cheap_vault(vault_file), Refusing(windows_over_ssh))
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    report = credentials.describe()
    assert (report.active, report.vault) == (MEMORY, VaultState.ABSENT)
    assert [problem.name for problem in report.problems] == [KEYRING, VAULT]
    assert "there is none yet" in report.problems[1].reason
    assert "sicktui vault create" in report.problems[1].advice
    assert not vault_file.exists()


def test_a_locked_vault_is_never_quietly_replaced_by_memory(vault_file: Path) -> None:
    opened_vault(vault_file, a="in the vault")
    vault = cheap_vault(vault_file)
    credentials = chain(vault)
    assert credentials.password("a", "Service") is None
    assert credentials.is_locked("a", "Service")
    assert not credentials.is_locked("z", "Service"), "nothing in the vault is of that device"
    report = credentials.describe()
    assert (report.active, report.vault) == (MEMORY, VaultState.LOCKED)
    assert "it is locked" in str(report.problems[0])
    vault.unlock(MASTER)
    assert credentials.password("a", "Service") == "in the vault"
    assert not credentials.is_locked("a", "Service")
    report = credentials.describe()
    assert (report.active, report.problems) == (VAULT, ()), "what was locked is no trouble any more"


def test_a_wrong_given_vault_password_is_told(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    credentials = chain(cheap_vault(vault_file, given="not this one"))
    assert credentials.password("a", "Service") is None
    assert credentials.is_locked("a", "Service")
    assert "SICKTUI_VAULT_PASSWORD does not open it" in credentials.describe().problems[0].reason


def test_a_vault_that_fails_at_a_write_is_left_for_memory_with_its_reason(
    vault_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = chain(opened_vault(vault_file))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert credentials.remember("a", "Service", SECRET) == MEMORY
    assert credentials.password("a", "Service") == SECRET
    assert "the disk is full" in credentials.describe().problems[0].reason


def test_a_damaged_vault_is_told_and_gives_nothing(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    vault_file.write_bytes(vault_file.read_bytes()[:-9])
    credentials = chain(cheap_vault(vault_file, given=MASTER))
    assert credentials.password("a", "Service") is None
    assert credentials.remember("a", "Service", "typed in") == MEMORY
    report = credentials.describe()
    assert report.vault is VaultState.UNUSABLE
    assert "cannot be trusted" in report.problems[0].reason
    assert credentials.password("a", "Service") == "typed in"


def test_a_shared_password_is_kept_once_and_serves_the_group(vault_file: Path) -> None:
    vault = opened_vault(vault_file)
    credentials = chain(vault)
    assert credentials.share("@hall-3", "Service", "of the hall") == VAULT
    assert vault.names() == ("@hall-3/Service",)
    assert credentials.password("a", "Service") == "of the hall"
    assert credentials.password("b", "Service") == "of the hall"
    assert credentials.password("c", "Service") is None
    assert credentials.password("a", "Maintenance") is None
    assert credentials.own_password("a", "Service") is None
    credentials.share("all", "Service", "of all")
    assert credentials.password("c", "Service") == "of all"
    assert credentials.password("a", "Service") == "of the hall", "the narrower group goes first"
    assert credentials.password("10.0.0.9", "Service") is None, "an address that is in no list shares nothing"
    credentials.remember("a", "Service", "its own")
    assert credentials.password("a", "Service") == "its own"
    credentials.forget("a", "Service")
    assert credentials.password("a", "Service") == "of the hall"
    assert credentials.forget("@hall-3", "Service")
    assert credentials.password("a", "Service") == "of all"


def test_a_shared_password_in_a_locked_vault_is_noticed(vault_file: Path) -> None:
    chain(opened_vault(vault_file)).share("@hall-3", "Service", SECRET)
    credentials = chain(cheap_vault(vault_file))
    assert credentials.is_locked("b", "Service")
    assert not credentials.is_locked("c", "Service")


def test_the_given_password_goes_before_all_that_is_stored(vault_file: Path) -> None:
    vault = opened_vault(vault_file, a="stored")
    credentials = chain(vault, given="given")
    credentials.vault = vault
    assert credentials.password("a", "Service") == "given"
    vault.put("@hall-3/Service", "shared")
    assert credentials.password("b", "Service") == "given"
    credentials.share("@hall-3", "Service", "entered, since the given one failed")
    assert credentials.password("b", "Service") == "entered, since the given one failed"
    assert credentials.password("c", "Service") == "given"


def test_an_empty_password_of_its_own_is_not_taken_for_none(vault_file: Path) -> None:
    credentials = chain(opened_vault(vault_file, a=""))
    credentials.share("all", "Service", "shared")
    assert credentials.password("a", "Service") == ""


def test_a_device_list_that_cannot_be_read_takes_the_shared_passwords_only(vault_file: Path) -> None:
    def broken(_: str) -> Sequence[str]:
        raise ConfigError("devices.toml, line 3")

    vault = opened_vault(vault_file, a="its own")
    vault.put("all/Service", "shared")
    credentials = Credentials(given=None, keyring=None, vault=vault, groups=broken)
    assert credentials.password("a", "Service") == "its own"
    assert credentials.password("b", "Service") is None


def test_backup_passphrases_are_kept_in_the_vault_too(vault_file: Path) -> None:
    vault = opened_vault(vault_file)
    Passphrases(chain(vault)).remember("a", "a long passphrase")
    assert SECRET not in vault.names()
    assert Passphrases(chain(cheap_vault(vault_file, given=MASTER))).of("a") == "a long passphrase"
    assert Passphrases(chain(cheap_vault(vault_file))).of("a") is None


def test_the_context_knows_the_groups_of_the_device_list_as_it_is_now(tmp_path: Path) -> None:
    context = open_context(home=tmp_path / "home", environ={}, use_keyring=False)
    home = context.home
    devices = save_devices(
        home.devices_file, DeviceList().add(Profile(name="a", address="10.0.0.1", tags=("hall-3",)))
    )
    credentials = context.credentials
    credentials.vault = None
    credentials.share("@hall-3", "Service", SECRET)
    assert credentials.password("a", "Service") == SECRET
    assert credentials.password("b", "Service") is None
    save_devices(
        home.devices_file, devices.add(Profile(name="b", address="10.0.0.2", tags=("line-1", "hall-3")))
    )
    assert credentials.password("b", "Service") == SECRET
    home.devices_file.unlink()
    assert credentials.password("a", "Service") is None
    context.close()


def test_the_context_takes_the_vaults_password_from_the_environment(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = open_context(home=home, environ={}, use_keyring=False)
    vault = first.credentials.vault
    assert vault is not None
    vault.create(MASTER)
    first.credentials.remember("a", "Service", SECRET)
    assert vault.path == first.home.vault_file
    second = open_context(home=home, environ={"SICKTUI_VAULT_PASSWORD": MASTER}, use_keyring=False)
    assert second.credentials.password("a", "Service") == SECRET
    third = open_context(home=home, environ={"SICKTUI_VAULT_PASSWORD": ""}, use_keyring=False)
    assert third.credentials.is_locked("a", "Service")
    assert third.credentials.describe().problems[0].reason == "it is locked"


def test_no_secret_in_any_repr_or_reason(vault_file: Path) -> None:
    vault = opened_vault(vault_file, a=SECRET)
    backend = Refusing(None)
    credentials = chain(vault, backend, given=SECRET)
    credentials.describe()
    backend.failure = lambda: ValueError(f"cannot store {SECRET!r}")
    credentials.remember("a", "Service", SECRET)
    report = credentials.describe()
    assert "(secret)" in report.problems[0].reason
    for text in (repr(credentials), repr(report), *map(str, report.problems), repr(credentials.vault)):
        assert SECRET not in text
        assert MASTER not in text
    with pytest.raises(Exception, match="not the password") as caught:
        vault.unlock(SECRET)
    assert SECRET not in everything_in(caught.value)


def test_a_damaged_vault_is_the_reason_why_no_password_is_known(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    vault_file.write_bytes(vault_file.read_bytes()[:-20])
    credentials = chain(cheap_vault(vault_file, given=MASTER))
    assert credentials.password("a", "Service") is None
    message, advice = credentials.why_unknown("a", "Service")
    assert "No password is known for Service" in message
    assert message.startswith("No password is known for Service on this sensor. The vault ")
    assert "cannot be trusted" in message
    assert "Put a copy of the file in its place" in advice
    assert "--password-stdin" in advice, "what helps tonight"


def test_a_keyring_that_does_not_answer_is_the_reason_why_no_password_is_known(vault_file: Path) -> None:
    credentials = chain(cheap_vault(vault_file), Refusing(windows_over_ssh))
    message, advice = credentials.why_unknown("a", "Service")
    assert f"{KEYRING} is not used" in message
    assert "error 1312" in message
    assert "--password-stdin" in advice
    assert "vault" not in message, "that there is none is no reason"


def test_where_nothing_is_broken_there_is_no_other_reason(vault_file: Path) -> None:
    message, _ = chain(opened_vault(vault_file), Working()).why_unknown("a", "Service")
    assert message == "No password is known for Service on this sensor."


def test_a_wrong_given_vault_password_is_the_reason_why_its_password_is_not_known(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    credentials = chain(cheap_vault(vault_file, given="not this one"))
    message, _ = credentials.why_unknown("a", "Service")
    assert message.startswith("Its password is in the vault, which is locked: ")
    assert "SICKTUI_VAULT_PASSWORD does not open it" in message
