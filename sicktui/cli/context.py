"""One call of the program: its context, its output, and the questions it may ask."""

import asyncio
import os
import sys
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sicktui.cli import lines
from sicktui.cli.asking import answer, ask_secret, at_terminal, yes
from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.cli.signals import while_read
from sicktui.engine.context import Context, open_context
from sicktui.engine.targets import choose
from sicktui.model.clock import timestamp
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.passwords.login import locked_words
from sicktui.model.wording import count, names
from sicktui.stores.disk.files import display_path
from sicktui.stores.secrets.store import secret_line
from sicktui.stores.secrets.vault import VaultState
from sicktui.stores.secrets.vault_errors import WrongVaultPassword

_T = TypeVar("_T")
MAX_SECRET: Final = 4096
"""Bytes of a line that is read as a secret."""
VAULT_TRIES: Final = 3
"""How often the vault's password is asked for. The vault never locks out; people mistype."""


class CliContext:
    """What a command works with.

    Args:
        context: stores, settings, credentials.
        common: the common options.
        out: where output goes.
        given_password: the password of this call, from stdin or the environment.
    """

    def __init__(
        self, context: Context, common: Common, out: Printer, *, given_password: str | None = None
    ) -> None:
        self.context = context
        self.common = common
        self.out = out
        self.given_password = given_password
        context.on_locked = self._tell_locked

    def _tell_locked(self, device: str, seconds: float) -> None:
        self.out.note(f"{device}: {locked_words(seconds)}", "yellow")

    def now(self) -> str:
        """The time stamp of a line printed now."""
        return timestamp(self.context.clock.now())

    def end(self, error: SicktuiError, code: ExitCode) -> ExitCode:
        """Print the contract's ``error`` line, the last one of a command that does not end with 0."""
        from sicktui.model.lines.base import line_of  # noqa: PLC0415 - the dashboard needs none
        from sicktui.model.lines.pc import ErrorLine  # noqa: PLC0415

        self.out.emit(line_of(ErrorLine, self.now(), error, exit_code=int(code)))
        return code

    def trouble(self, target: Target, error: SicktuiError) -> ExitCode:
        """Print what went wrong with a device. Returns 1."""
        from sicktui.model.lines.base import line_of  # noqa: PLC0415 - the dashboard needs none
        from sicktui.model.lines.sensors import ProblemLine  # noqa: PLC0415

        lines.blame(error)
        self.out.emit(line_of(ProblemLine, self.now(), error, device=target.device))
        self.out.warn(f"{target.device}: {error.message}", error.advice)
        return ExitCode.FAILED

    def read(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do what only reads; it ends with the reader of stdout.

        Raises:
            ReaderGone: the reader is gone.
        """
        return asyncio.run(while_read(work))

    def targets(self, words: Sequence[str]) -> list[Target]:
        """The devices that the words on the command line mean."""
        return choose(words, self.context.devices(), self.context.settings)

    def target(self, word: str) -> Target:
        """The one device that a word matches.

        Raises:
            UsageError: it matches several.
        """
        targets = self.targets([word])
        if len(targets) != 1:
            raise UsageError(
                f"{word} matches {len(targets)} devices; this command takes one.", advice="Name one device."
            )
        return targets[0]

    @property
    def interactive(self) -> bool:
        """Whether there is a terminal to ask on."""
        taken = self.common.password_stdin or self.common.passphrase_stdin
        return not taken and at_terminal()

    def confirm(self, question: str, *, word: str = "") -> bool:
        """Ask for a confirmation; ``--yes`` confirms without asking.

        Args:
            question: what is asked.
            word: what must be typed, instead of a yes.

        Raises:
            UsageError: there is no terminal to ask on.
        """
        if self.common.yes:
            return True
        if not self.interactive:
            raise UsageError(
                f'Confirmation needed: "{question}". There is no terminal to ask on, so nothing was done.',
                advice="Use --yes to confirm without asking.",
            )
        if word:
            return answer(f"{question} Type '{word}' to go on: ") == word
        return yes(question)

    def declined(self, question: str, *, word: str = "") -> bool:
        """Ask for a confirmation; whether it is refused, which is then printed. See ``confirm``."""
        if self.confirm(question, word=word):
            return False
        self.out.note("Nothing was done.")
        return True

    def ask_passwords(self, targets: Sequence[Target]) -> None:
        """Ask once for the password of all devices that have none; it is kept in memory.

        Without a terminal nothing is asked, and the plan reports what is missing.
        """
        credentials = self.context.credentials
        missing = [t for t in targets if credentials.password(t.device, t.user) is None]
        if not missing or not self.interactive:
            return
        locked = [t.device for t in missing if credentials.is_locked(t.device, t.user)]
        if locked and self.unlock_vault(f"The vault holds the password of {names(locked)}."):
            missing = [t for t in missing if credentials.password(t.device, t.user) is None]
        for user in dict.fromkeys(target.user for target in missing):
            devices = [target.device for target in missing if target.user == user]
            password = ask_secret(f"Password of {user} on {names(devices)}: ")
            if not password:
                continue
            for device in devices:
                credentials.hold(device, user, password)
            self.out.note(
                f"Kept in memory for {count(len(devices), 'device')} until this command exits. "
                "Store it with 'sicktui login'."
            )

    def unlock_vault(self, why: str) -> bool:
        """Ask for the vault's password if there is a terminal. Returns whether the vault is open.

        Args:
            why: what it is needed for, as a sentence.

        Raises:
            VaultError: the vault cannot be used, even with the right password.
        """
        vault = self.context.credentials.vault
        state = VaultState.ABSENT if vault is None else vault.state()
        if vault is None or state is not VaultState.LOCKED or not self.interactive:
            return state is VaultState.OPEN
        self.out.note(why)
        for _ in range(VAULT_TRIES):
            password = ask_secret("Password of the vault: ")
            if not password:
                return False
            try:
                vault.unlock(password)
            except WrongVaultPassword as error:
                self.out.note(error.message, "red")
            else:
                return True
        return False


def read_secrets(common: Common, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Password and passphrase of this call: from stdin if an option asks for it, else from the environment.

    Raises:
        UsageError: stdin has no line for a secret that an option announces, or a secret is not text.
    """
    password, passphrase = (_secret_in(environ, name) for name in ("SICKTUI_PASSWORD", "SICKTUI_PASSPHRASE"))
    if common.password_stdin:
        password = _secret_line("password", "--password-stdin")
    if common.passphrase_stdin:
        passphrase = _secret_line("passphrase", "--passphrase-stdin")
    return password, passphrase


def _secret_in(environ: Mapping[str, str], variable: str) -> str | None:
    secret = secret_line(environ.get(variable))
    try:
        (secret or "").encode()
    except UnicodeEncodeError:
        # Not chained: the original error holds what was read.
        raise UsageError(
            f"{variable} is not UTF-8.", advice="Check the encoding of where it is set."
        ) from None
    return secret


def _secret_line(what: str, option: str) -> str:
    if sys.stdin.isatty():
        secret = ask_secret(f"{what.capitalize()}: ")
    else:
        # Windows' PowerShell puts a byte order mark in front of what it pipes.
        line = sys.stdin.buffer.readline(MAX_SECRET)
        try:
            secret = secret_line(line.decode("utf-8-sig")) or ""
        except UnicodeDecodeError:
            # Not chained: the original error holds what was read.
            raise UsageError(
                f"The {what} on stdin is not UTF-8.", advice="Write it to stdin as UTF-8 text."
            ) from None
    if not secret:
        raise UsageError(
            f"{option} was given, but stdin has no {what}.",
            advice="Write the password on the first line, and the passphrase after it if both are read.",
        )
    return secret


@contextmanager
def open_cli(common: Common) -> Iterator[CliContext]:
    """The context of one call, closed at its end.

    Raises:
        ConfigError: the settings cannot be used.
        UsageError: a secret was announced on stdin and is not there.
    """
    out = Printer.for_call(common)
    password, passphrase = read_secrets(common, os.environ)
    context = open_context(
        home=common.home,
        overrides=common.overrides,
        password=password,
        passphrase=passphrase,
        environ=os.environ,
    )
    if common.verbose:
        out.note(f"Configuration: {display_path(context.home.config_file)}")
        out.note(f"Data: {display_path(context.home.data)}")
    try:
        yield CliContext(context, common, out, given_password=password)
    finally:
        context.close()
