"""What ``sicktui vault`` does: creates the vault, changes its password, exports and imports copies."""

import os

from msgspec import UNSET, UnsetType, structs

from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.files import given_file
from sicktui.cli.options import Common
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.passwords import VaultAction, VaultLine
from sicktui.model.passwords.strength import weak_password_warning
from sicktui.model.wording import count, names
from sicktui.stores.disk.files import expand_path
from sicktui.stores.secrets.store import MEMORY, secret_line
from sicktui.stores.secrets.vault import VARIABLE, Vault, VaultState
from sicktui.stores.secrets.vault_file import check_new_password


def create(common: Common) -> int:
    """Create a vault. Its password comes from the environment or the terminal."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        vault.check_absent()
        vault.create(_name_weakness(cli, _given() or ask_new_password(cli, "Password of the new vault")))
        _done(cli, _line(cli, "create"), f"Created the vault {vault.path}.")
        cli.out.note(
            "It cannot be opened without its password, and the password cannot be recovered. Keep it safe."
        )
        _print_order(cli)
        return ExitCode.OK


def change_password(common: Common) -> int:
    """Change the vault's password, with both asked for on the terminal."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        if not cli.interactive:
            raise UsageError(
                "The new password is needed, but there is no terminal to ask on. Nothing was changed.",
                advice="Run it in a terminal.",
            )
        old = _given() or ask_secret("Password of the vault: ")
        vault.unlock(old)
        vault.change_password(old, _name_weakness(cli, ask_new_password(cli, "New password of the vault")))
        _done(cli, _line(cli, "password"), "The vault's password was changed and its contents re-encrypted.")
        cli.out.note("Old copies of the file still open with the old password. Delete them.")
        return ExitCode.OK


def export(common: Common, file: str) -> int:
    """Write a copy with its own password (unattended: the vault's)."""
    with open_cli(common) as cli:
        vault = vault_of(cli)
        cli.unlock_vault("The vault must be unlocked to export it.")
        vault.check_open()
        password = _name_weakness(cli, _given() or ask_new_password(cli, "Password of the copy"))
        number = vault.export(expand_path(file), password)
        _done(cli, _line(cli, "export", file=file), f"Wrote {count(number, 'entry', 'entries')} to {file}.")
        return ExitCode.OK


def import_copy(common: Common, file: str, *, replace: bool) -> int:
    """Import the entries of a copy."""
    path = given_file(file, "vault")
    with open_cli(common) as cli:
        vault = vault_of(cli)
        cli.unlock_vault("The vault must be unlocked to import into it.")
        vault.check_open()
        if _given() is None and not cli.interactive:
            raise UsageError(
                f"The password of {file} is needed, but there is no terminal to ask on.",
                advice=f"Set {VARIABLE}; the vault must then have the same password.",
            )
        password = _given() or ask_secret(f"Password of {file}: ")
        result = vault.import_from(path, password, replace=replace)
        taken = count(len(result.added) + len(result.replaced), "entry", "entries")
        line = _line(cli, "import", file=file)
        line = structs.replace(line, added=result.added, replaced=result.replaced, kept=result.kept)
        _done(cli, line, f"Imported {taken} from {file}.")
        if result.kept:
            cli.out.note(
                f"Kept, because the vault has other passwords for them: {names(result.kept)}. "
                "Use --replace to take those of the copy."
            )
        return ExitCode.OK


def vault_of(cli: CliContext) -> Vault:
    """The vault of this call's home."""
    vault = cli.context.credentials.vault
    if vault is None:
        raise UsageError("A vault cannot be used in this call.")
    return vault


def ask_new_password(cli: CliContext, what: str) -> str:
    """Ask twice for a new password of a vault.

    Raises:
        UsageError: there is no terminal to ask on, the two differ, or it would protect nothing.
    """
    if not cli.interactive:
        raise UsageError(
            f"A password is needed ({what.lower()}), but there is no terminal to ask on. Nothing was done.",
            advice=f"Set {VARIABLE}.",
        )
    password = ask_secret(f"{what}: ")
    check_new_password(password)
    if ask_secret("The same again: ") != password:
        raise UsageError("The two passwords differ. Nothing was done.", advice="Try again.")
    return password


def offer_vault(cli: CliContext) -> None:
    """Offer to create or unlock the vault if a password could only be kept in memory."""
    report = cli.context.credentials.describe()
    if report.active != MEMORY:
        return
    if report.vault is VaultState.LOCKED:
        cli.unlock_vault("The vault must be unlocked to store the password.")
    elif report.vault is VaultState.ABSENT and cli.interactive and not cli.common.yes:
        for problem in report.problems[:1]:
            cli.out.note(str(problem))
        question = "Create a vault (an encrypted file with its own password) and store it there?"
        if cli.confirm(question):
            vault_of(cli).create(_name_weakness(cli, ask_new_password(cli, "Password of the new vault")))


def _given() -> str | None:
    return secret_line(os.environ.get(VARIABLE))


def _name_weakness(cli: CliContext, password: str) -> str:
    """The password that was chosen, after a note if it is weak."""
    if warning := weak_password_warning(password):
        cli.out.note(warning, "yellow")
    return password


def _line(cli: CliContext, action: VaultAction, file: str | UnsetType = UNSET) -> VaultLine:
    return VaultLine(ts=cli.now(), action=action, path=str(vault_of(cli).path), file=file)


def _done(cli: CliContext, line: VaultLine, message: str) -> None:
    cli.out.emit(line)
    cli.out.line(message)


def _print_order(cli: CliContext) -> None:
    active = cli.context.credentials.describe().active
    if active != vault_of(cli).name:
        cli.out.note(f"Passwords are stored in the {active} while it works, otherwise in the vault.")
