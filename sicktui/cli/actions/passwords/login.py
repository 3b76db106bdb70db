"""What ``sicktui login`` and ``sicktui logout`` do."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct, structs

from sicktui.cli import lines
from sicktui.cli.actions.passwords.vault import offer_vault
from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common, all_if_none
from sicktui.engine.authentication import check_login
from sicktui.engine.plan.base import MAX_READS_AT_ONCE
from sicktui.model.device import Target
from sicktui.model.enums import AuthScheme, Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.passwords import LoginLine
from sicktui.model.passwords.factory import FACTORY_WARNING, is_factory_password
from sicktui.model.wording import names
from sicktui.stores.secrets.store import MEMORY


class LoginResult(Struct, frozen=True, kw_only=True):
    """The result of a login on one device, or of a password that a group shares."""

    device: str
    """The device's name; for a shared password ``@tag`` or ``all``."""
    user: str
    good: bool
    message: str
    advice: str = ""
    code: Code | None = None
    stored: str | None = None
    """Where it was stored, for people."""


def login(common: Common, words: Sequence[str], *, test: bool) -> int:
    """Store a password for the devices it works on. Returns 1 if it was not stored for one of them."""
    with open_cli(common) as cli:
        targets = cli.targets(all_if_none(words))
        tried: list[LoginResult] = []
        for user in dict.fromkeys(target.user for target in targets):
            same = [target for target in targets if target.user == user]
            password = ask_password(cli, user, [target.device for target in same])
            results = try_all(cli, same, password, test=test)
            if any(result.good for result in results):
                offer_vault(cli)
            tried += [store(cli, result, password) for result in results]
        for result in tried:
            print_result(cli, result)
        return ExitCode.OK if all(result.good for result in tried) else ExitCode.FAILED


def ask_password(cli: CliContext, user: str, devices: Sequence[str]) -> str:
    """The password of this call, or else one entered on the terminal.

    Raises:
        UsageError: there is none, and no terminal to ask on.
    """
    given = cli.given_password
    if given is None and not cli.interactive:
        raise UsageError(
            f"The password for {user} on {names(devices)} is needed, but there is no terminal to ask on.",
            advice="Use --password-stdin or SICKTUI_PASSWORD.",
        )
    password = given or ask_secret(f"Password of {user} on {names(devices)}: ")
    if not password:
        raise UsageError("No password was entered, so nothing was stored.")
    return password


def try_all(cli: CliContext, targets: Sequence[Target], password: str, *, test: bool) -> list[LoginResult]:
    """Try a password on each device once, in parallel; without ``test`` it counts as correct."""
    results = asyncio.run(_try_all(cli, targets, password)) if test else [_untested(t) for t in targets]
    if not is_factory_password(password):
        return results
    return [structs.replace(r, advice=FACTORY_WARNING) if r.good else r for r in results]


async def _try_all(cli: CliContext, targets: Sequence[Target], password: str) -> list[LoginResult]:
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

    async def one(target: Target) -> LoginResult:
        async with gate:
            return await _try(cli, target, password)

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def _try(cli: CliContext, target: Target, password: str) -> LoginResult:
    device, user = target.device, target.user
    try:
        check = await check_login(cli.context, target, password)
    except SicktuiError as error:
        return LoginResult(
            device=device,
            user=user,
            good=False,
            message=error.message,
            advice=error.advice,
            code=error.code,
        )
    message = "The password is correct." if check.proven else "The password cannot be tested on this sensor."
    if check.scheme is AuthScheme.BASIC and target.scheme != "https":
        message += " The sensor supports only Basic authentication, which sends the password in clear text."
    return LoginResult(device=device, user=user, good=True, message=message)


def _untested(target: Target) -> LoginResult:
    return LoginResult(
        device=target.device, user=target.user, good=True, message="The password was not tested."
    )


def store(cli: CliContext, result: LoginResult, password: str) -> LoginResult:
    """Store a password that works."""
    if not result.good:
        return result
    credentials = cli.context.credentials
    place = credentials.remember(result.device, result.user, password)
    if place != MEMORY:
        return structs.replace(result, stored=place)
    problems = " ".join(str(problem) for problem in credentials.describe().problems)
    return structs.replace(
        result,
        good=False,
        code=Code.STORAGE_ERROR,
        message=f"{result.message} It was not stored: {problems or 'this PC has no keyring.'}",
        advice="Create a vault with 'sicktui vault create'. Or pass the password with each call "
        "(SICKTUI_PASSWORD, --password-stdin), or enter it in the dashboard.",
    )


def print_result(cli: CliContext, result: LoginResult) -> None:
    """Print the result of a login."""
    if not result.good:
        trouble = f"{result.device}: {result.message}"
        lines.blame(SicktuiError(trouble, advice=result.advice, code=result.code))
    cli.out.emit(line_of(LoginLine, cli.now(), result))
    where = f" Stored in {result.stored}." if result.stored else ""
    colour = None if result.good else "red"
    cli.out.result(f"{result.device}: {result.message}{where}", result.advice, colour)
