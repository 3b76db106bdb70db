"""What ``sicktui logout`` does, and each command that takes devices out of the list."""

from collections.abc import Sequence

from sicktui.cli import lines
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common, all_if_none
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.passwords import LogoutLine
from sicktui.model.wording import count, names
from sicktui.stores.secrets.credentials import account_of


def logout(common: Common, words: Sequence[str]) -> int:
    """Forget the stored passwords of devices. Returns 1 if one is still in a vault that is locked."""
    with open_cli(common) as cli:
        targets = cli.targets(all_if_none(words))
        return forget_all(cli, [(target.device, target.user) for target in targets])


def forget_all(cli: CliContext, entries: Sequence[tuple[str, str]]) -> int:
    """Forget the entries of these devices or groups, each with its user, and print the result."""
    gone, stuck = remove_passwords(cli, entries)
    for device, _ in entries:
        cli.out.emit(LogoutLine(ts=cli.now(), device=device, forgotten=device in gone))
    if gone:
        cli.out.line(f"Forgot the password of {count(len(gone), 'device')}: {names(gone)}.")
    elif not stuck:
        cli.out.note("No password was stored for them.")
    _print_shared(cli, [device for device, _ in entries if device not in stuck])
    return ExitCode.FAILED if stuck else ExitCode.OK


def remove_passwords(cli: CliContext, entries: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Remove the entries of devices or groups from every store; asks for a locked vault's password.

    Returns:
        Those that had one, and those whose password is still in the vault, which is printed.
    """
    credentials = cli.context.credentials
    vault = credentials.vault
    held = set() if vault is None else {*vault.names()} & {account_of(*entry) for entry in entries}
    if held:
        cli.unlock_vault("The vault is needed to remove the password from it.")
    gone = [device for device, user in entries if credentials.forget(device, user)]
    left = set() if vault is None else {*vault.names()}
    stuck = [device for device, user in entries if account_of(device, user) in left]
    if stuck:
        why = " ".join(str(problem) for problem in credentials.describe().problems)
        lines.blame(SicktuiError(f"Still in the vault: {names(stuck)}. {why}", code=Code.STORAGE_ERROR))
        cli.out.note(
            f"Still in the vault: {names(stuck)}. {why} They are not used any more, and deleted when the "
            "vault is next unlocked.",
            "red",
        )
    return gone, stuck


def _print_shared(cli: CliContext, devices: Sequence[str]) -> None:
    """Print which devices still have a password because their group shares one."""
    if cli.given_password is not None:
        return
    listed = cli.context.devices().profiles
    user = cli.context.settings.device.user
    known = cli.context.credentials.password
    sharing = [
        device
        for device in devices
        if device in listed and known(device, listed[device].user or user) is not None
    ]
    if sharing:
        cli.out.note(
            f"Still logged in through a shared password: {names(sharing)}. "
            "Remove it with 'sicktui logout @tag --shared'."
        )
