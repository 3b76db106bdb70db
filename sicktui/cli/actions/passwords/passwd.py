"""What ``sicktui passwd`` does."""

import asyncio
from collections.abc import Sequence

from sicktui.cli import lines
from sicktui.cli.actions.passwords.vault import offer_vault
from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.password_change import Changed, change_passwords, exit_code_of
from sicktui.model.enums import Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.passwords import PasswdLine
from sicktui.model.passwords.new import check_new_password
from sicktui.model.wording import count, names


def passwd(common: Common, words: Sequence[str], *, generate: bool) -> int:
    """Change the passwords of devices. Returns 1 if one was not changed, 3 if it is not known which holds."""
    with open_cli(common) as cli:
        targets = cli.targets(words)
        new = None if generate else _ask_new(cli, [target.device for target in targets])
        cli.ask_passwords(targets)
        offer_vault(cli)
        who = names([target.device for target in targets])
        if cli.declined(f"Change the password of {count(len(targets), 'sensor')}: {who}?"):
            return ExitCode.INTERRUPTED
        done = asyncio.run(
            change_passwords(cli.context, targets, new, on_changed=lambda changed: _print(cli, changed))
        )
        if cli.given_password is not None and any(changed.stored for changed in done):
            cli.out.note("SICKTUI_PASSWORD and --password-stdin still hold the old password.", "yellow")
        return exit_code_of(done)


def _ask_new(cli: CliContext, devices: Sequence[str]) -> str:
    """The new password, entered twice.

    Raises:
        UsageError: there is no terminal, it was not entered, or no sensor should be given it.
    """
    if not cli.interactive:
        raise UsageError(
            f"The new password for {names(devices)} is needed, but there is no terminal to ask on.",
            advice="Use --generate: a new password is generated for each sensor and stored.",
        )
    new = check_new_password(ask_secret(f"New password of {names(devices)}: "))
    if ask_secret("Once more: ") != new:
        raise UsageError("The two passwords differ, so nothing was changed.")
    return new


def _print(cli: CliContext, changed: Changed) -> None:
    cli.out.emit(line_of(PasswdLine, cli.now(), changed))
    style = {Verdict.FAILED: "red", Verdict.UNKNOWN: "yellow"}.get(changed.verdict)
    if changed.verdict is not Verdict.SUCCEEDED:
        trouble = f"{changed.device}: {changed.message}"
        lines.blame(SicktuiError(trouble, advice=changed.advice, code=changed.code))
    where = f" Stored in {changed.stored}." if changed.stored else ""
    cli.out.result(f"{changed.device}: {changed.message}{where}", changed.advice, style)
