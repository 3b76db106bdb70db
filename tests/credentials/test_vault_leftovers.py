"""Hidden copies of a vault, weak passwords, and the ends of lines that are no part of a secret."""

import io
import sys
from pathlib import Path

import pytest

from sicktui.cli.context import read_secrets
from sicktui.cli.options import Common
from sicktui.engine.context import Context, open_context
from sicktui.engine.doctor.passwords import password_checks
from sicktui.model.passwords.strength import guess_bits, weak_password_warning
from sicktui.stores.disk.files import exclusive
from sicktui.stores.secrets.vault_errors import WrongVaultPassword
from tests.credentials.kit import MASTER, cheap_vault, opened_vault

NEW = "another battery staple"


def opened(folder: Path, **environ: str) -> Context:
    return open_context(home=folder, environ=environ, use_keyring=False)


@pytest.fixture
def leftover(vault_file: Path) -> Path:
    """What a process leaves that is killed between writing a vault and renaming it."""
    opened_vault(vault_file, a="secret")
    copy = vault_file.parent / f".{vault_file.name}.x1y2z3.part"
    copy.write_bytes(vault_file.read_bytes())
    return copy


def test_a_hidden_copy_with_the_old_password_goes_at_the_next_unlock(
    vault_file: Path, leftover: Path
) -> None:
    cheap_vault(vault_file).change_password(MASTER, NEW)
    assert not leftover.exists()
    with pytest.raises(WrongVaultPassword):
        cheap_vault(vault_file).unlock(MASTER)
    cheap_vault(vault_file).unlock(NEW)


def test_a_hidden_copy_goes_at_the_next_start_and_the_doctor_names_it(tmp_path: Path, leftover: Path) -> None:
    other = leftover.parent / ".something.else.part"
    other.write_bytes(b"")
    context = opened(tmp_path)
    assert not leftover.exists()
    assert other.exists()
    [check] = [found for found in password_checks(context, {}) if found.name == "vault copies"]
    assert check.state == "warning"
    assert leftover.name in check.message
    assert [c for c in password_checks(opened(tmp_path), {}) if c.name == "vault copies"] == []


def test_what_another_process_writes_now_is_left_alone(
    tmp_path: Path, vault_file: Path, leftover: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sicktui.stores.disk.files.LOCK_PATIENCE", 0.1)
    with exclusive(vault_file):
        context = opened(tmp_path)
        assert leftover.exists()
    [check] = [found for found in password_checks(context, {}) if found.name == "vault copies"]
    assert "not deleted" in check.message
    assert check.remedy.startswith("Delete")


def test_the_password_of_the_vault_is_dropped_when_it_is_locked(vault_file: Path) -> None:
    opened_vault(vault_file, a="secret")
    vault = cheap_vault(vault_file, given=MASTER)
    assert vault.get("a/Service") == "secret"
    vault.lock()
    assert MASTER not in repr(vars(vault))
    unused = cheap_vault(vault_file, given=MASTER)
    unused.lock()
    assert MASTER not in repr(vars(unused))


@pytest.mark.parametrize(
    "weak", ["aaaaaaaaaaaa", "12345678", "qwertzuiop", "Sommer2024!", "password1", "abcabcabcabc", "20240131"]
)
def test_weak_passwords_are_named(weak: str) -> None:
    assert "weak" in weak_password_warning(weak)


@pytest.mark.parametrize("strong", [MASTER, "k3v9-xq2m-zt7w", "xkqjzvmwpdhr", "drei Kühe essen Heu"])
def test_strong_passwords_are_not(strong: str) -> None:
    assert weak_password_warning(strong) == "", guess_bits(strong)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", ""])
def test_the_end_of_a_line_is_no_part_of_a_secret(
    end: str, tmp_path: Path, vault_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"SICKTUI_PASSWORD": f"pass word{end}", "SICKTUI_PASSPHRASE": f"phrase{end}"}
    assert read_secrets(Common(), given) == ("pass word", "phrase")
    stdin = io.TextIOWrapper(io.BytesIO(f"pass word{end or chr(10)}\nphrase{end}".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert read_secrets(Common(password_stdin=True), {})[0] == "pass word"
    opened_vault(vault_file, a="secret")
    assert opened(tmp_path, SICKTUI_VAULT_PASSWORD=f"{MASTER}{end}").credentials.vault is not None
    assert read_secrets(Common(), {"SICKTUI_PASSWORD": end}) == (None, None)


@pytest.mark.parametrize("name", ["sensors.json", "credentials.json"])
def test_the_doctor_names_a_record_that_withholds_passwords(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(b"{")
    [check] = [found for found in password_checks(opened(tmp_path), {}) if found.state == "failed"]
    assert name in check.message
    assert check.remedy
