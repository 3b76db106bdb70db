"""The vault as a store for passwords: what it keeps, for whom, and what it says when it cannot."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.errors import SicktuiError, UsageError
from sicktui.stores.secrets import vault_crypto
from sicktui.stores.secrets.store import StoreFailed
from sicktui.stores.secrets.vault import Vault, VaultState
from sicktui.stores.secrets.vault_errors import VaultError, VaultLocked, VaultRuleBroken, WrongVaultPassword
from sicktui.stores.secrets.vault_format import STANDARD, Kdf, parse
from tests.credentials.kit import (
    CHEAP,
    MASTER,
    SECRET,
    cheap_vault,
    disguises,
    everything_in,
    opened_vault,
)
from tests.support.waiting import Stopwatch


def test_a_password_survives_the_process_that_stored_it(vault_file: Path) -> None:
    first = opened_vault(vault_file)
    first.put("press 3/Service", SECRET)
    second = cheap_vault(vault_file)
    second.unlock(MASTER)
    assert second.get("press 3/Service") == SECRET
    assert second.get("press 3/Maintenance") is None
    assert second.delete("press 3/Service")
    assert not second.delete("press 3/Service")
    assert first.get("press 3/Service") is None


def test_the_newest_password_counts(vault_file: Path) -> None:
    vault = opened_vault(vault_file, a="old")
    vault.put("a/Service", "new")
    assert vault.get("a/Service") == "new"
    vault.put("a/Service", "")
    assert vault.get("a/Service") == ""


def test_the_file_is_private_and_tells_nothing_but_names(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET, b="x")
    data = vault_file.read_bytes()
    for secret in (SECRET, MASTER):
        for disguise in disguises(secret):
            assert disguise not in data
    assert b"a/Service" in data
    entries = parse(data).body.entries
    assert len({len(entry.data) for entry in entries.values()}) == 1, "the length of a password shows"
    if sys.platform != "win32":
        assert stat.S_IMODE(vault_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(vault_file.parent.stat().st_mode) == 0o700
    assert [p.name for p in vault_file.parent.iterdir() if not p.name.startswith(".")] == [vault_file.name]


def test_equal_passwords_cannot_be_told_to_be_equal(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET, b=SECRET)
    entries = parse(vault_file.read_bytes()).body.entries
    assert len({entry.data for entry in entries.values()}) == 2
    assert len({entry.nonce for entry in entries.values()}) == 2


def test_without_a_vault_nothing_is_made_and_it_says_so(vault_file: Path) -> None:
    vault = cheap_vault(vault_file)
    assert vault.state() is VaultState.ABSENT
    assert vault.get("a/Service") is None
    assert not vault.delete("a/Service")
    assert vault.names() == ()
    calls: tuple[Callable[[], None], ...] = (vault.check, lambda: vault.put("a/Service", SECRET))
    for call in calls:
        with pytest.raises(StoreFailed, match="there is none yet") as caught:
            call()
        assert "sicktui vault create" in caught.value.advice
    with pytest.raises(VaultError, match="There is no vault"):
        vault.unlock(MASTER)
    assert not vault_file.parent.exists()


def test_a_locked_vault_knows_its_names_and_gives_nothing(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    vault = cheap_vault(vault_file)
    assert vault.state() is VaultState.LOCKED
    assert "a/Service" in vault.names()
    assert vault.get("b/Service") is None, "what it does not hold needs no unlocking"
    assert not vault.delete("b/Service")
    for call in (
        vault.check,
        lambda: vault.get("a/Service"),
        lambda: vault.put("b/Service", "x"),
        lambda: vault.delete("a/Service"),
    ):
        with pytest.raises(VaultLocked) as caught:
            call()
        assert caught.value.reason == "it is locked"
        assert "SICKTUI_VAULT_PASSWORD" in caught.value.advice
    vault.unlock(MASTER)
    assert vault.state() is VaultState.OPEN
    vault.lock()
    assert vault.state() is VaultState.LOCKED


def test_a_wrong_password_opens_nothing(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    vault = cheap_vault(vault_file)
    for wrong in ("", "x", MASTER + " ", MASTER.upper()):
        with pytest.raises(WrongVaultPassword, match="not the password of the vault"):
            vault.unlock(wrong)
        assert vault.state() is VaultState.LOCKED
    vault.unlock(MASTER)
    with pytest.raises(WrongVaultPassword):
        vault.unlock("wrong again")
    assert vault.get("a/Service") == SECRET, "a wrong try locks nothing that was open"


def test_the_given_password_is_tried_once_and_when_it_is_needed(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    assert cheap_vault(vault_file, given=MASTER).get("a/Service") == SECRET
    assert cheap_vault(vault_file, given=MASTER).state() is VaultState.OPEN
    wrong = cheap_vault(vault_file, given="not it at all")
    for _ in range(2):
        with pytest.raises(VaultLocked, match="SICKTUI_VAULT_PASSWORD does not open it"):
            wrong.get("a/Service")
    wrong.unlock(MASTER)
    assert wrong.get("a/Service") == SECRET


def test_letters_that_can_be_typed_in_two_ways_are_one(vault_file: Path) -> None:
    cheap_vault(vault_file).create("schl\u00fcssel")
    cheap_vault(vault_file).unlock("schlu\u0308ssel")


@pytest.mark.parametrize("weak", ["", "short", "1234567", "         ", "servicelevel"])
def test_a_password_that_protects_nothing_is_refused(vault_file: Path, weak: str) -> None:
    vault = cheap_vault(vault_file)
    with pytest.raises(VaultRuleBroken, match=r"vault's password"):
        vault.create(weak)
    assert not vault_file.exists()
    vault.create(MASTER)
    with pytest.raises(VaultRuleBroken, match="nothing was changed"):
        vault.change_password(MASTER, weak)
    with pytest.raises(VaultRuleBroken):
        vault.export(vault_file.with_name("copy"), weak)
    cheap_vault(vault_file).unlock(MASTER)


def test_a_vault_is_never_made_over_another(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    with pytest.raises(VaultRuleBroken, match="The vault already exists"):
        cheap_vault(vault_file).create("another password")
    vault_file.write_bytes(b"damaged")
    with pytest.raises(VaultError, match="cannot be trusted"):
        cheap_vault(vault_file).create("another password")
    assert vault_file.read_bytes() == b"damaged"


def test_its_password_can_be_changed(vault_file: Path) -> None:
    vault = opened_vault(vault_file, a=SECRET, b="x")
    before = parse(vault_file.read_bytes()).body
    with pytest.raises(WrongVaultPassword):
        vault.change_password("wrong one here", "a new password")
    vault.change_password(MASTER, "a new password")
    after = parse(vault_file.read_bytes()).body
    assert vault.get("a/Service") == SECRET
    with pytest.raises(WrongVaultPassword):
        cheap_vault(vault_file).unlock(MASTER)
    other = cheap_vault(vault_file)
    other.unlock("a new password")
    assert other.get("b/Service") == "x"
    assert after.kdf.salt != before.kdf.salt
    assert after.generation > before.generation
    assert not {e.data for e in after.entries.values()} & {e.data for e in before.entries.values()}


def test_a_session_notices_that_the_password_was_changed(vault_file: Path) -> None:
    session = opened_vault(vault_file, a=SECRET)
    other = cheap_vault(vault_file)
    other.change_password(MASTER, "a new password")
    calls: tuple[Callable[[], object], ...] = (
        lambda: session.put("b/Service", "x"),
        lambda: session.get("a/Service"),
    )
    for call in calls:
        with pytest.raises(VaultLocked, match="changed by another session"):
            call()
    session.unlock("a new password")
    session.put("b/Service", "x")
    assert other.get("b/Service") == "x"


def test_export_and_import(vault_file: Path, tmp_path: Path) -> None:
    vault = opened_vault(vault_file, a="1", b="2", c="3")
    copy = tmp_path / "copy.vault"
    assert vault.export(copy, "password of the copy") == 3
    assert parse(copy.read_bytes()).body.kdf.salt != parse(vault_file.read_bytes()).body.kdf.salt
    with pytest.raises(UsageError, match="exists already"):
        vault.export(copy, "password of the copy")
    vault.delete("a/Service")
    vault.put("b/Service", "changed")
    with pytest.raises(WrongVaultPassword, match=r"copy\.vault"):
        vault.import_from(copy, MASTER)
    done = vault.import_from(copy, "password of the copy")
    assert (done.added, done.kept, done.same) == (("a/Service",), ("b/Service",), ("c/Service",))
    assert vault.get("b/Service") == "changed"
    done = vault.import_from(copy, "password of the copy", replace=True)
    assert done.replaced == ("b/Service",)
    assert [vault.get(f"{name}/Service") for name in "abc"] == ["1", "2", "3"]
    assert not [p for p in tmp_path.iterdir() if p.name.endswith(".part")]


def test_an_export_that_is_killed_leaves_no_hidden_copy(
    vault_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, folder, seen = opened_vault(vault_file, a=SECRET), tmp_path / "copies", []
    folder.mkdir()
    sync = os.fsync

    def look(handle: int) -> None:
        seen.append({path.name for path in folder.iterdir()})
        sync(handle)

    monkeypatch.setattr(os, "fsync", look)
    vault.export(folder / "copy", MASTER)
    assert seen
    assert all(names == {"copy"} for names in seen)
    assert (folder / "copy").stat().st_mode & 0o077 == 0 or sys.platform == "win32"


def test_an_export_that_fails_leaves_nothing(
    vault_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = opened_vault(vault_file, a=SECRET)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SicktuiError):
        vault.export(tmp_path / "copy", MASTER)
    assert not (tmp_path / "copy").exists()


def test_a_locked_vault_is_neither_exported_nor_filled(vault_file: Path, tmp_path: Path) -> None:
    opened_vault(vault_file, a=SECRET).export(tmp_path / "copy", MASTER)
    locked = cheap_vault(vault_file)
    with pytest.raises(VaultError, match="it is locked"):
        locked.export(tmp_path / "other", MASTER)
    with pytest.raises(VaultError, match="it is locked"):
        locked.import_from(tmp_path / "copy", MASTER)
    with pytest.raises(VaultError, match="There is no file"):
        locked.import_from(tmp_path / "nothing", MASTER)
    assert not (tmp_path / "other").exists()


def test_a_vault_that_cannot_be_written_says_so_and_stays_whole(
    vault_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = opened_vault(vault_file, a=SECRET)
    before = vault_file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sicktui.stores.disk.files.os.fsync", full)
    with pytest.raises(StoreFailed, match="the disk is full"):
        vault.put("a/Service", "new")
    assert vault_file.read_bytes() == before
    assert vault.get("a/Service") == SECRET


def test_a_folder_in_its_place_is_said(vault_file: Path) -> None:
    vault_file.mkdir(parents=True)
    vault = cheap_vault(vault_file)
    assert vault.state() is VaultState.UNUSABLE
    with pytest.raises(StoreFailed, match="it is a folder"):
        vault.get("a/Service")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses for a moment, and is asked again")
def test_a_vault_of_another_user_is_told_at_once(vault_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``sudo sicktui`` leaves one behind. It is asked for with every device."""
    opened_vault(vault_file, a=SECRET)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    began = Stopwatch()
    vault = cheap_vault(vault_file)
    for _ in range(20):
        with pytest.raises(StoreFailed, match="permission denied"):
            vault.get("a/Service")
    assert began.seconds() < 1


@given(secret=st.text(), name=st.text(min_size=1))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, secret: str, name: str
) -> None:
    path = tmp_path_factory.mktemp("vault") / "v"
    opened_vault(path).put(name, secret)
    other = cheap_vault(path, given=MASTER)
    assert other.get(name) == secret
    assert other.names() == (name,)


def test_what_is_no_text_is_refused_without_being_repeated(vault_file: Path) -> None:
    vault = opened_vault(vault_file)
    with pytest.raises(StoreFailed, match="not valid text") as caught:
        vault.put("a/Service", "geheim\udcff")
    assert "geheim" not in everything_in(caught.value)
    with pytest.raises(SicktuiError, match="not valid text") as refused:
        vault.unlock("geheim99\udcff")
    assert "geheim99" not in everything_in(refused.value)
    with pytest.raises(StoreFailed, match="at most 4096"):
        vault.put("a/Service", "x" * 5000)


def test_no_secret_in_any_repr(vault_file: Path) -> None:
    vault = opened_vault(vault_file, a=SECRET)
    assert vault._open is not None
    shown = repr(vault) + repr(vault._open) + str(vault) + repr(cheap_vault(vault_file, given=MASTER))
    assert SECRET not in shown
    assert MASTER not in shown
    assert "Keys(...)" in shown


def test_a_real_vault_costs_what_the_documents_say(vault_file: Path) -> None:
    vault = Vault(vault_file)
    vault.create(MASTER)
    kdf = parse(vault_file.read_bytes()).body.kdf
    assert (kdf.name, kdf.cost.memory, kdf.cost.passes, kdf.cost.lanes) == ("argon2id", 65536, 3, 4)
    assert kdf.cost == STANDARD


def test_the_password_is_stretched_once_a_session(vault_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a third of a second, and a plan asks for the passwords of fifty sensors."""
    opened_vault(vault_file, a=SECRET)
    derive, salts = vault_crypto.derive, []

    def counted(password: str, kdf: Kdf) -> vault_crypto.VaultKeys:
        salts.append(kdf.salt)
        return derive(password, kdf)

    monkeypatch.setattr(vault_crypto, "derive", counted)
    vault = cheap_vault(vault_file, given=MASTER)
    for number in range(20):
        vault.put(f"device-{number}/Service", str(number))
        assert vault.get("a/Service") == SECRET
        assert vault.state() is VaultState.OPEN
    assert len(salts) == 1


def test_a_vault_that_is_cheap_to_try_is_refused(vault_file: Path) -> None:
    opened_vault(vault_file, a=SECRET)
    with pytest.raises(VaultError, match="asks for less work"):
        Vault(vault_file).unlock(MASTER)
    assert CHEAP.weaker_than(STANDARD)
    assert not STANDARD.weaker_than(CHEAP)
