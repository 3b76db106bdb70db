"""The vault on a real terminal: what is asked, and that nothing that is typed is shown."""

from pathlib import Path

import pytest

from sicktui.stores.secrets.vault import Vault
from tests.cli.kit import PASSWORD, Program, sensor
from tests.credentials.conftest import MakePlant
from tests.credentials.kit import MASTER

pexpect = pytest.importorskip("pexpect")

NEW = "another long password"


class Terminal:
    """The program on a pseudo terminal; everything that it shows is kept."""

    def __init__(self, program: Program, *words: str, **environment: str) -> None:
        command, *arguments = program.command(*words)
        self.child = pexpect.spawn(
            command,
            arguments,
            env=program.environment | environment,
            cwd=str(program.folder),
            dimensions=(40, 200),
            timeout=30,
            encoding="utf-8",
        )
        self.shown = ""

    def answer(self, question: str, text: str) -> None:
        """Wait for a question and answer it."""
        self.child.expect_exact(question)
        self.shown += str(self.child.before) + question
        self.child.sendline(text)

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.shown += str(self.child.before)
        self.child.close()
        return int(self.child.exitstatus)


def vault_of(program: Program) -> Path:
    return program.home / "data" / "passwords.vault"


def test_login_offers_a_vault_and_later_calls_open_it(program: Program, plant: MakePlant) -> None:
    made = plant(sensor("one"), sensor("two"))
    login = Terminal(program, "login", *made.addresses)
    login.answer("Password of Service on", PASSWORD)
    login.answer("and keep it there? [y/N]", "y")
    login.answer("Password of the new vault:", MASTER)
    login.answer("The same again:", MASTER)
    assert login.end() == 0, login.shown
    assert "OS keyring (Secret Service) is not used" in login.shown
    assert login.shown.count("Stored in vault (encrypted file).") == 2
    assert [len([r for r in d.requests if "checkCredentials" in r.path]) for d in made.devices] == [1, 1]

    plan = Terminal(program, "plan", *made.addresses, "--package", program.package())
    plan.answer("Password of the vault:", "not the right one")
    plan.answer("Password of the vault:", MASTER)
    assert plan.end() == 0, plan.shown
    assert "The vault holds the password of" in plan.shown
    assert "That is not the password of the vault" in plan.shown
    assert "Password of Service on" not in plan.shown

    for shown in (login.shown, plan.shown):
        assert MASTER not in shown
        assert PASSWORD not in shown
        assert "not the right one" not in shown


def test_who_does_not_open_the_vault_is_asked_for_the_password(program: Program, plant: MakePlant) -> None:
    made = plant(sensor("one"))
    vault = Vault(vault_of(program))
    vault.create(MASTER)
    vault.put(f"{made.addresses[0]}/Service", PASSWORD)
    plan = Terminal(program, "plan", *made.addresses, "--package", program.package())
    plan.answer("Password of the vault:", "")
    plan.answer("Password of Service on", PASSWORD)
    assert plan.end() == 0, plan.shown
    assert PASSWORD not in plan.shown


def test_three_wrong_tries_end_the_asking(program: Program, plant: MakePlant) -> None:
    made = plant(sensor("one"))
    Vault(vault_of(program)).create(MASTER)
    login = Terminal(program, "login", *made.addresses)
    login.answer("Password of Service on", PASSWORD)
    for n in range(3):
        login.answer("Password of the vault:", f"wrong wrong {n}")
    assert login.end() == 1
    assert "It was not stored" in login.shown


def test_a_vault_is_not_made_by_yes_or_by_two_passwords_that_differ(
    program: Program, plant: MakePlant
) -> None:
    made = plant(sensor("one"))
    hurried = Terminal(program, "login", *made.addresses, "--yes")
    hurried.answer("Password of Service on", PASSWORD)
    assert hurried.end() == 1
    assert "Make a vault" not in hurried.shown
    differing = Terminal(program, "vault", "create")
    differing.answer("Password of the new vault:", MASTER)
    differing.answer("The same again:", MASTER + "x")
    assert differing.end() == 2
    assert "The two passwords differ" in differing.shown
    assert not vault_of(program).exists()


def test_its_password_is_changed_and_a_copy_taken_in(program: Program, tmp_path: Path) -> None:
    vault = Vault(vault_of(program))
    vault.create(MASTER)
    vault.put("a/Service", "kept")
    copy = tmp_path / "copy"
    export = Terminal(program, "vault", "export", str(copy))
    export.answer("Password of the vault:", MASTER)
    export.answer("Password of the copy:", NEW)
    export.answer("The same again:", NEW)
    assert export.end() == 0, export.shown
    change = Terminal(program, "vault", "password")
    change.answer("Password of the vault:", MASTER)
    change.answer("New password of the vault:", NEW)
    change.answer("The same again:", NEW)
    assert change.end() == 0, change.shown
    vault.unlock(NEW)
    vault.delete("a/Service")
    taken = Terminal(program, "vault", "import", str(copy))
    taken.answer("Password of the vault:", NEW)
    taken.answer(f"Password of {copy}:", NEW)
    assert taken.end() == 0, taken.shown
    assert "Took 1 entry over" in taken.shown
    assert vault.get("a/Service") == "kept"
    for terminal in (export, change, taken):
        assert NEW not in terminal.shown
        assert MASTER not in terminal.shown
        assert "kept" not in terminal.shown


def test_a_wrong_old_password_is_told_before_a_new_one_is_asked_for(program: Program) -> None:
    Vault(vault_of(program)).create(MASTER)
    change = Terminal(program, "vault", "password")
    change.answer("Password of the vault:", "wrong wrong")
    assert change.end() == 4
    assert "New password" not in change.shown
