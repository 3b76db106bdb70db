"""What ``sicktui passphrase`` does."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, UnsetType

from sicktui.cli import lines
from sicktui.cli.actions.passwords.vault import offer_vault
from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.passwords import PassphraseLine
from sicktui.model.wording import names
from sicktui.stores.backups.passphrases import IN_CLEAR, SITE, Passphrases
from sicktui.stores.backups.passphrases import generate as new_passphrase
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VARIABLE


def store(common: Common, words: Sequence[str]) -> int:
    """Store a given passphrase. Returns 1 if no store works."""
    with open_cli(common) as cli:
        devices = _devices(cli, words)
        passphrase = cli.context.credentials.passphrase
        if passphrase is None and not cli.interactive:
            raise UsageError(
                "The passphrase is needed, but there is no terminal to ask on.",
                advice="Use --passphrase-stdin or SICKTUI_PASSPHRASE.",
            )
        if passphrase is None:
            passphrase = ask_secret("Passphrase: ")
            if passphrase and ask_secret("Once more: ") != passphrase:
                raise UsageError("The two passphrases differ, so nothing was stored.")
        return _keep(cli, devices, passphrase)


def generate(common: Common, words: Sequence[str]) -> int:
    """Generate a passphrase, store it, and show it once. Returns 1 if no store works."""
    with open_cli(common) as cli:
        devices = _devices(cli, words)
        known = Passphrases(cli.context.credentials)
        taken = [device for device in devices if known.stored(device) is not None]
        if taken and cli.declined(
            f"There is already a passphrase for {_who(taken)}; older backups need it. Replace it?"
        ):
            return ExitCode.INTERRUPTED
        passphrase = new_passphrase()
        code = _keep(cli, devices, passphrase, new=passphrase)
        cli.out.line(passphrase)
        cli.out.note("Write it down and keep it safe: without it, these backups cannot be restored.")
        return code


def forget(common: Common, words: Sequence[str]) -> int:
    """Forget stored passphrases."""
    with open_cli(common) as cli:
        devices = _devices(cli, words)
        if cli.declined(f"Forget the passphrase for {_who(devices)}? Existing backups still need it."):
            return ExitCode.INTERRUPTED
        known = Passphrases(cli.context.credentials)
        gone = [device for device in devices if known.forget(device)]
        for device in devices:
            cli.out.emit(PassphraseLine(ts=cli.now(), devices=[device], forgotten=device in gone))
        cli.out.note(f"Removed the passphrase for {_who(gone)}." if gone else "No passphrase was stored.")
        return ExitCode.OK


_ELSEWHERE: Final = "Pass it with each call (SICKTUI_PASSPHRASE), or create a vault ('sicktui vault create')."


def _devices(cli: CliContext, words: Sequence[str]) -> list[str]:
    return [target.device for target in cli.targets(words)] if words else [SITE]


def _who(devices: Sequence[str]) -> str:
    return "the site" if list(devices) == [SITE] else names(devices)


def unlock_passphrases(
    cli: CliContext, targets: Sequence[Target], *, makes: bool = True, warn: bool = True
) -> None:
    """Unlock the vault if it holds a passphrase that is needed next.

    Args:
        cli: the call.
        targets: the devices.
        makes: whether backups are made: none is made without the passphrase that was set for it. For a
            restore, the backup's fingerprint shows whether one is missing.
        warn: whether to print which backups are not protected.

    Raises:
        UsageError: backups are made, and the vault cannot be unlocked.
    """
    known = Passphrases(cli.context.credentials)
    locked = [target.device for target in targets if known.locked(target.device)]
    if locked and not cli.unlock_vault(f"The vault holds the passphrase of {names(locked)}."):
        message = f"The vault is locked and holds the backup passphrase of {names(locked)}."
        if makes:
            raise UsageError(
                f"{message} Nothing was done, because a backup without it would not be protected.",
                advice=f"Pass the vault's password with {VARIABLE}, or the passphrase with "
                "SICKTUI_PASSPHRASE or --passphrase-stdin.",
            )
        cli.out.note(message, "yellow")
    if makes and any(known.of(target.device) for target in targets):
        cli.out.note(IN_CLEAR)
    without = [target.device for target in targets if known.of(target.device) is None]
    if without and warn:
        cli.out.note(
            f"The backups of {names(without)} will not be protected: no passphrase is known. Create one with "
            "'sicktui passphrase generate', or pass one with SICKTUI_PASSPHRASE or --passphrase-stdin."
        )


def _keep(cli: CliContext, devices: Sequence[str], passphrase: str, *, new: str | UnsetType = UNSET) -> int:
    offer_vault(cli)
    known = Passphrases(cli.context.credentials)
    places = {known.remember(device, passphrase) for device in devices}
    stored = None if MEMORY in places else ", ".join(sorted(places))
    cli.out.emit(PassphraseLine(ts=cli.now(), devices=devices, passphrase=new, stored=stored))
    if stored is None:
        problems = " ".join(str(problem) for problem in cli.context.credentials.describe().problems)
        message = f"It was not stored: {problems or 'this PC has no keyring.'}"
        lines.blame(SicktuiError(message, advice=_ELSEWHERE))
        cli.out.warn(message, _ELSEWHERE)
        return ExitCode.FAILED
    cli.out.note(f"Stored for {_who(devices)} in {stored}.")
    cli.out.note(IN_CLEAR)
    return ExitCode.OK
