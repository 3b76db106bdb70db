"""Which devices have a password: known without a prompt, and without asking a sensor."""

from pathlib import Path

from sicktui.stores.secrets.coverage import PasswordState, password_states
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.vault import Vault

USER = "Service"


def test_each_device_has_the_state_of_its_password(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    vault.create("a long password of the vault")
    credentials = Credentials(given=None, keyring=None, vault=vault)
    credentials.remember("kept", USER, "secret")
    credentials.remember("denied", USER, "wrong")
    credentials.refused("denied", USER, "wrong")
    accounts = [(device, USER) for device in ("kept", "denied", "new")]
    assert password_states(credentials, accounts) == {
        "kept": PasswordState.KNOWN,
        "denied": PasswordState.REFUSED,
        "new": PasswordState.MISSING,
    }
    vault.lock()
    states = password_states(credentials, accounts)
    assert (states["kept"], states["new"]) == (PasswordState.LOCKED, PasswordState.MISSING)
