"""The vault on a real terminal: what is asked, and that nothing that is typed is shown."""

from pathlib import Path

from sicktui.stores.secrets.vault import Vault
from tests.credentials.kit import MASTER
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.harness import PASSWORD
from tests.support.program import ProgramHarness
from tests.support.terminal import ProgramTerminal

NEW = "another long password"


def on_a_terminal(program: ProgramHarness, *words: str, **environment: str) -> ProgramTerminal:
    """A call that is given no password: it asks."""
    return ProgramTerminal(program, *words, password=None, **environment)


def vault_of(program: ProgramHarness) -> Path:
    return program.home / "data" / "passwords.vault"


def test_login_offers_a_vault_and_later_calls_open_it(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    login = on_a_terminal(program, "login", *made.addresses)
    login.answer("Password of Service on", PASSWORD)
    login.answer("and store it there? [y/N]", "y")
    login.answer("Password of the new vault:", MASTER)
    login.answer("The same again:", MASTER)
    assert login.end()[0] == 0, login.shown
    assert "OS keyring (Secret Service) is not used" in login.shown
    assert login.shown.count("Stored in vault (encrypted file).") == 2
    assert [len([r for r in d.requests if "checkCredentials" in r.path]) for d in made.devices] == [1, 1]

    plan = on_a_terminal(program, "plan", *made.addresses, "--package", program.package())
    plan.answer("Password of the vault:", "not the right one")
    plan.answer("Password of the vault:", MASTER)
    assert plan.end()[0] == 0, plan.shown
    assert "The vault holds the password of" in plan.shown
    assert "That is not the password of the vault" in plan.shown
    assert "Password of Service on" not in plan.shown

    for shown in (login.shown, plan.shown):
        assert MASTER not in shown
        assert PASSWORD not in shown
        assert "not the right one" not in shown


def test_who_does_not_open_the_vault_is_asked_for_the_password(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    vault = Vault(vault_of(program))
    vault.create(MASTER)
    vault.put(f"{made.addresses[0]}/Service", PASSWORD)
    plan = on_a_terminal(program, "plan", *made.addresses, "--package", program.package())
    plan.answer("Password of the vault:", "")
    plan.answer("Password of Service on", PASSWORD)
    assert plan.end()[0] == 0, plan.shown
    assert PASSWORD not in plan.shown


def test_three_wrong_tries_end_the_asking(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    Vault(vault_of(program)).create(MASTER)
    login = on_a_terminal(program, "login", *made.addresses)
    login.answer("Password of Service on", PASSWORD)
    for n in range(3):
        login.answer("Password of the vault:", f"wrong wrong {n}")
    assert login.end()[0] == 1
    assert "It was not stored" in login.shown


def test_a_vault_is_not_made_by_yes_or_by_two_passwords_that_differ(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    hurried = on_a_terminal(program, "login", *made.addresses, "--yes")
    hurried.answer("Password of Service on", PASSWORD)
    assert hurried.end()[0] == 1
    assert "Make a vault" not in hurried.shown
    differing = on_a_terminal(program, "vault", "create")
    differing.answer("Password of the new vault:", MASTER)
    differing.answer("The same again:", MASTER + "x")
    assert differing.end()[0] == 2
    assert "The two passwords differ" in differing.shown
    assert not vault_of(program).exists()


def test_its_password_is_changed_and_a_copy_taken_in(program: ProgramHarness, tmp_path: Path) -> None:
    vault = Vault(vault_of(program))
    vault.create(MASTER)
    vault.put("a/Service", "kept")
    copy = tmp_path / "copy"
    export = on_a_terminal(program, "vault", "export", str(copy))
    export.answer("Password of the vault:", MASTER)
    export.answer("Password of the copy:", NEW)
    export.answer("The same again:", NEW)
    assert export.end()[0] == 0, export.shown
    change = on_a_terminal(program, "vault", "password")
    change.answer("Password of the vault:", MASTER)
    change.answer("New password of the vault:", NEW)
    change.answer("The same again:", NEW)
    assert change.end()[0] == 0, change.shown
    vault.unlock(NEW)
    vault.delete("a/Service")
    taken = on_a_terminal(program, "vault", "import", str(copy))
    taken.answer("Password of the vault:", NEW)
    taken.answer(f"Password of {copy}:", NEW)
    assert taken.end()[0] == 0, taken.shown
    assert "Imported 1 entry" in taken.shown
    assert vault.get("a/Service") == "kept"
    for terminal in (export, change, taken):
        assert NEW not in terminal.shown
        assert MASTER not in terminal.shown
        assert "kept" not in terminal.shown


def test_a_wrong_old_password_is_told_before_a_new_one_is_asked_for(program: ProgramHarness) -> None:
    Vault(vault_of(program)).create(MASTER)
    change = on_a_terminal(program, "vault", "password")
    change.answer("Password of the vault:", "wrong wrong")
    assert change.end()[0] == 4
    assert "New password" not in change.shown
