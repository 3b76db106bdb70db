"""What ``sicktui vault`` does: makes the vault, changes its password, copies it, takes a copy in."""

import os
from pathlib import Path

from sicktui.cli.context import CliContext, ask_secret, open_cli
from sicktui.cli.options import Common
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count, names
from sicktui.stores.disk.files import written
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VARIABLE, Vault, VaultState
from sicktui.stores.secrets.vault_file import check_new_password


def create(common: Common) -> int:
    """Make a vault. Its password comes from the terminal, or from the environment."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        vault.check_absent()
        vault.create(_given() or ask_new(cli, "Password of the new vault"))
        _done(cli, "create", f"Made the vault {vault.path}.")
        cli.out.note(
            "Nobody can open it without its password, and nobody can restore the password: keep it safe."
        )
        _tell_better(cli)
        return ExitCode.OK


def change_password(common: Common) -> int:
    """Give the vault another password; both are asked for on the terminal."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        if not cli.interactive:
            raise UsageError(
                "The new password is asked for on a terminal, and there is none. Nothing was changed.",
                advice="Run it in a terminal.",
            )
        old = _given() or ask_secret("Password of the vault: ")
        vault.unlock(old)
        vault.change_password(old, ask_new(cli, "New password of the vault"))
        _done(cli, "password", "The vault has a new password, and everything in it new keys.")
        cli.out.note("Old copies of the file still open with the old password: delete those you know of.")
        return ExitCode.OK


def export(common: Common, file: Path) -> int:
    """Write a copy under a password of its own (unattended: the vault's)."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        cli.unlock_vault("The vault is opened to copy it.")
        vault.check_open()
        number = vault.export(written(file), _given() or ask_new(cli, "Password of the copy"))
        _done(cli, "export", f"Wrote {count(number, 'entry', 'entries')} to {file}.", file=str(file))
        return ExitCode.OK


def absorb(common: Common, file: Path, *, replace: bool) -> int:
    """Take the entries of a copy over."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        cli.unlock_vault("The vault is opened to fill it.")
        vault.check_open()
        if _given() is None and not cli.interactive:
            raise UsageError(
                f"It would ask for the password of {file}, and there is no terminal.",
                advice=f"Give it in {VARIABLE}, which must then be the vault's password too.",
            )
        password = _given() or ask_secret(f"Password of {file}: ")
        result = vault.absorb(written(file), password, replace=replace)
        taken = count(len(result.added) + len(result.replaced), "entry", "entries")
        _done(
            cli,
            "import",
            f"Took {taken} over from {file}.",
            file=str(file),
            added=result.added,
            replaced=result.replaced,
            kept=result.kept,
        )
        if result.kept:
            cli.out.note(
                f"Left as they are, since the vault has other passwords for them: {names(result.kept)}. "
                "--replace takes those of the copy."
            )
        return ExitCode.OK


def vault_of(cli: CliContext) -> Vault:
    """The vault of this call's home."""
    vault = cli.context.credentials.vault
    if vault is None:
        raise UsageError("This call works without a vault.")
    return vault


def ask_new(cli: CliContext, what: str) -> str:
    """Ask twice for a new password of a vault.

    Raises:
        UsageError: there is nobody to ask, the two differ, or it would protect nothing.
    """
    if not cli.interactive:
        raise UsageError(
            f"It would ask for a password ({what.lower()}), and there is no terminal. Nothing was done.",
            advice=f"Give it in {VARIABLE}.",
        )
    password = ask_secret(f"{what}: ")
    check_new_password(password)
    if ask_secret("The same again: ") != password:
        raise UsageError("The two passwords differ. Nothing was done.", advice="Try again.")
    return password


def ensure_place(cli: CliContext) -> None:
    """Where a password would be lost with this command, offer the person a place that keeps it."""
    report = cli.context.credentials.describe()
    if report.active != MEMORY:
        return
    if report.vault is VaultState.LOCKED:
        cli.unlock_vault("The vault is opened to keep the password.")
    elif report.vault is VaultState.ABSENT and cli.interactive and not cli.common.yes:
        for problem in report.problems[:1]:
            cli.out.note(str(problem))
        question = "Make a vault, an encrypted file with a password of its own, and keep it there?"
        if cli.confirm(question):
            vault_of(cli).create(ask_new(cli, "Password of the new vault"))


def _given() -> str | None:
    return os.environ.get(VARIABLE) or None


def _done(cli: CliContext, action: str, message: str, **facts: object) -> None:
    path = str(vault_of(cli).path)
    cli.out.fact("vault", cli.now(), action=action, path=path, **facts)
    cli.out.line(message)


def _tell_better(cli: CliContext) -> None:
    active = cli.context.credentials.describe().active
    if active != vault_of(cli).name:
        cli.out.note(f"Passwords go to the {active} while it works, and to the vault where it does not.")
