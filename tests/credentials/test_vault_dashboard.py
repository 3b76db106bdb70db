"""The vault in the dashboard: dialogs where it is needed, and never a prompt on the raw terminal."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.cli import crash_log
from sicktui.cli.options import Common
from sicktui.engine.context import open_context
from sicktui.model.device import Profile
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.groups import DeviceGroups
from sicktui.stores.secrets.vault import Vault, VaultState
from sicktui.tui.dialogs.fields import FormValues
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.passwords.login import Login, Password
from sicktui.tui.screens.passwords.vault import VaultMenu
from sicktui.tui.screens.update.plan import PlanScreen
from tests.credentials.kit import MASTER, cheap_vault
from tests.support.dashboard import DashboardHarness, notes_of, text_of, until
from tests.support.harness import PASSWORD
from tests.support.keyrings import Refusing, keyring_store, windows_over_ssh

GATE = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001", model="picoScan150")
DOCK = DeviceSpec(name="dock-1", version="2.3.0.0R", serial="1002", model="picoScan150")
FRESH = "another long password"


@pytest.fixture
def vault(harness: DashboardHarness) -> Vault:
    """The desk's vault, cheap to open, not made yet; nobody was given a password."""
    made = cheap_vault(harness.context.home.vault_file)
    harness.context.credentials = Credentials(
        given=None, keyring=None, vault=made, groups=DeviceGroups(harness.context.home.devices_file)
    )
    return made


async def typed(pilot: Pilot[None], text: str) -> None:
    """Put a text into the field that has the keys, and go on."""
    box = pilot.app.focused
    assert isinstance(box, Input), box
    box.value = text
    await pilot.pause()
    await pilot.press("enter")


async def form(pilot: Pilot[None], title: str) -> None:
    """Wait for a dialog that asks for passwords."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm) and title in text_of(pilot))


async def test_an_update_opens_the_vault_and_asks_for_nothing_else(
    harness: DashboardHarness, vault: Vault
) -> None:
    await harness.sensors(GATE)
    harness.shelve()
    vault.create(MASTER)
    vault.put("gate-1/Service", PASSWORD)
    vault.lock()
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot) and "the vault is locked" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await form(pilot, "Unlock the vault")
        await typed(pilot, "wrong wrong")
        await until(pilot, lambda: "That is not the password of the vault" in text_of(pilot))
        assert "wrong wrong" not in text_of(pilot)
        await typed(pilot, MASTER)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1" in text_of(pilot))
        assert MASTER not in text_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "passwords: vault" in text_of(pilot))


async def test_who_leaves_the_vault_locked_is_asked_for_the_password(
    harness: DashboardHarness, vault: Vault
) -> None:
    await harness.sensors(GATE)
    harness.shelve()
    vault.create(MASTER)
    vault.put("gate-1/Service", PASSWORD)
    vault.lock()
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await form(pilot, "Unlock the vault")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await pilot.press("escape")
        await until(pilot, lambda: "refuse 1" in text_of(pilot))
        assert "the vault is locked" in " ".join(text_of(pilot).split())


async def test_no_backup_is_made_without_its_passphrase_in_the_locked_vault(
    harness: DashboardHarness, vault: Vault
) -> None:
    await harness.sensors(GATE)
    harness.shelve()
    vault.create(MASTER)
    Passphrases(harness.context.credentials).remember("gate-1", "its own phrase")
    vault.lock()
    harness.context.credentials.hold("gate-1", "Service", PASSWORD)
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await form(pilot, "Unlock the vault")
        await pilot.press("escape")
        await until(pilot, lambda: "anyone could read it" in notes_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Start the update?" in text_of(pilot))
        await pilot.press("y")
        await form(pilot, "Unlock the vault")
        await pilot.press("escape")
        await until(pilot, lambda: text_of(pilot).count("anyone could read it") == 2)
        assert not main.dashboard.runs
        assert not harness.context.backups.list()


async def test_a_login_opens_the_vault_to_keep_the_password(harness: DashboardHarness, vault: Vault) -> None:
    await harness.sensors(GATE)
    vault.create(MASTER)
    vault.lock()
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await typed(pilot, PASSWORD)
        await form(pilot, "Unlock the vault")
        await typed(pilot, MASTER)
        await until(pilot, lambda: "1 password stored in: vault (encrypted file)" in notes_of(pilot))
        await until(pilot, lambda: "factory password" in text_of(pilot))
    assert vault.get("gate-1/Service") == PASSWORD


async def test_a_vault_is_made_and_takes_in_what_was_entered(harness: DashboardHarness, vault: Vault) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await typed(pilot, PASSWORD)
        await until(pilot, lambda: "stored in: memory" in notes_of(pilot))
        await until(pilot, lambda: "Press V to create a vault" in text_of(pilot))
        await pilot.press("V")
        await until(pilot, lambda: isinstance(pilot.app.screen, VaultMenu) and "absent" in text_of(pilot))
        await pilot.press("x", "u")
        assert isinstance(pilot.app.screen, VaultMenu), "what cannot be done now does nothing"
        await pilot.press("c")
        await form(pilot, "Create a vault")
        await typed(pilot, "short")
        await typed(pilot, "short")
        await until(pilot, lambda: "at least 8 characters" in text_of(pilot))
        await pilot.press("shift+tab")
        await typed(pilot, MASTER)
        await typed(pilot, FRESH)
        await until(pilot, lambda: "The two passwords differ." in text_of(pilot))
        await typed(pilot, MASTER)
        await until(pilot, lambda: "It now keeps 1 password" in notes_of(pilot))
        await until(pilot, lambda: "passwords: vault" in text_of(pilot))
    assert cheap_vault(vault.path, given=MASTER).get("gate-1/Service") == PASSWORD


async def test_everything_that_the_commands_do(
    harness: DashboardHarness, vault: Vault, tmp_path: Path
) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    vault.create(MASTER)
    vault.put("a/Service", "1")
    copy = tmp_path / "copy.vault"

    async def choose(key: str, title: str) -> None:
        await pilot.press("V")
        await until(pilot, lambda: isinstance(pilot.app.screen, VaultMenu))
        await pilot.press(key)
        await form(pilot, title)

    async with harness.dashboard() as (pilot, _):
        await choose("x", "Export a copy")
        for text in (str(copy), FRESH, FRESH):
            await typed(pilot, text)
        await until(pilot, lambda: "1 entry written to" in notes_of(pilot))
        vault.put("a/Service", "2")
        vault.delete("b/Service")
        await choose("i", "Import a copy")
        await typed(pilot, str(copy))
        await typed(pilot, MASTER)
        await until(pilot, lambda: "That is not the password" in text_of(pilot))
        await typed(pilot, str(copy))
        await typed(pilot, FRESH)
        await until(pilot, lambda: "Replace them?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "1 entry replaced" in notes_of(pilot))
        assert vault.get("a/Service") == "1"
        await choose("p", "Change the vault's password")
        for text in (MASTER, FRESH, FRESH):
            await typed(pilot, text)
        await until(pilot, lambda: "password was changed" in notes_of(pilot))
        await pilot.press("V")
        await until(pilot, lambda: isinstance(pilot.app.screen, VaultMenu))
        await pilot.press("k")
        await until(pilot, lambda: vault.state() is VaultState.LOCKED)
        await choose("u", "Unlock the vault")
        await typed(pilot, FRESH)
        await until(pilot, lambda: "The vault is unlocked" in notes_of(pilot))
        shown = text_of(pilot) + notes_of(pilot)
        assert FRESH not in shown
        assert MASTER not in shown


async def test_a_password_is_kept_once_for_a_group(harness: DashboardHarness, vault: Vault) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    harness.profiles(*(Profile(name=d.name, address=d.address, tags=("hall-3",)) for d in fleet.devices))
    vault.create(MASTER)
    vault.put("gate-1/Service", "an old one of its own")
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "l")
        await until(pilot, lambda: "store it once for @hall-3" in text_of(pilot))
        pilot.app.screen.query_one("#password", Input).value = PASSWORD
        await pilot.press("tab", "tab", "space", "shift+tab", "shift+tab", "enter")
        await until(pilot, lambda: "The password of @hall-3 stored in: vault" in notes_of(pilot))
        assert vault.names() == ("@hall-3/Service",)
        assert harness.context.credentials.password("gate-1", "Service") == PASSWORD
        vault.lock()
        await pilot.press("O")
        await until(pilot, lambda: "shared password of @hall-3" in text_of(pilot))
        await pilot.press("y")
        await form(pilot, "Unlock the vault")
        await pilot.press("escape")
        await until(pilot, lambda: "Still in the vault" in notes_of(pilot))
        await pilot.press("O")
        await until(pilot, lambda: "Forget passwords?" in text_of(pilot))
        await pilot.press("y")
        await form(pilot, "Unlock the vault")
        await typed(pilot, MASTER)
        await until(pilot, lambda: "1 password forgotten" in notes_of(pilot))
    assert vault.names() == ()


async def test_why_the_keyring_is_not_used_can_be_read_in_full(
    harness: DashboardHarness, vault: Vault
) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    harness.context.credentials = Credentials(
        given=None, keyring=keyring_store(Refusing(windows_over_ssh)), vault=vault
    )
    async with harness.dashboard(size=(80, 24)) as (pilot, _):
        await until(pilot, lambda: "(keyring: error 1312)" in text_of(pilot))
        await pilot.press("V")
        await until(pilot, lambda: "SSH sessions (error 1312)" in text_of(pilot))
        assert "Log in at the PC or by remote desktop" in text_of(pilot)


async def test_a_damaged_vault_is_told_and_offers_nothing(harness: DashboardHarness, vault: Vault) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    vault.path.parent.mkdir(parents=True, exist_ok=True)
    vault.path.write_bytes(b"not a vault")
    async with harness.dashboard() as (pilot, _):
        await pilot.press("V")
        await until(pilot, lambda: "cannot be trusted" in " ".join(text_of(pilot).split()))
        await pilot.press("c", "u", "q")
        await until(pilot, lambda: not isinstance(pilot.app.screen, VaultMenu))
    assert vault.path.read_bytes() == b"not a vault"


async def test_a_crash_shows_no_values_of_variables(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Textual shows them by default: anyone who reads a recorded session would see the password.

    The command line writes the traceback to its log file, and prints a sentence.
    """
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))

    def crash(*_: object, **__: object) -> Password:
        raise RuntimeError("nobody foresaw this")

    async def use() -> None:
        async with harness.dashboard() as (pilot, _):
            await pilot.press("l")
            await until(pilot, lambda: isinstance(pilot.app.screen, Login))
            await typed(pilot, "Zwiebelkuchen-77")
            await pilot.pause()

    monkeypatch.setattr("sicktui.tui.screens.passwords.login.Password", crash)
    with pytest.raises(RuntimeError, match="nobody foresaw this") as caught:
        await use()
    home = harness.context.home
    assert isinstance(caught.value, Exception)
    sentences = crash_log.record(caught.value, Common(home=home.config.parent))
    logged = home.log_file.read_text(encoding="utf-8")
    assert "nobody foresaw this" in logged
    assert "action_submit" in logged, "the frame in which the password is a variable"
    for text in (logged, *sentences, *capsys.readouterr()):
        assert "Zwiebelkuchen-77" not in text


def test_no_answer_shows_what_was_typed() -> None:
    assert PASSWORD not in repr(Password(PASSWORD, for_all=True, shared=True))
    assert MASTER not in repr(FormValues({"vault": MASTER}))


def test_a_dashboard_without_a_keyring_names_the_vault(tmp_path: Path) -> None:
    context = open_context(home=tmp_path / "home", environ={}, use_keyring=False)
    assert context.credentials.describe().vault is VaultState.ABSENT
    context.close()
