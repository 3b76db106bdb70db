"""What ``sicktui login`` and ``sicktui logout`` do."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct, structs

from sicktui.cli.common import Common, all_if_none
from sicktui.cli.layout import count, names
from sicktui.cli.session import Session, ask_secret, open_session
from sicktui.engine.access import check_login
from sicktui.engine.outcome import EXIT_FAILED, EXIT_OK
from sicktui.engine.planning import MAX_READS_AT_ONCE
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.words import AuthScheme, Code
from sicktui.stores.secrets_store import MEMORY


class _Tried(Struct, frozen=True, kw_only=True):
    """What became of the password on one device."""

    target: Target
    good: bool
    message: str
    advice: str = ""
    code: str | None = None
    stored: str | None = None
    """Where it was stored, in words."""


def login(common: Common, words: Sequence[str], *, test: bool) -> int:
    """Store a password for devices on which it works. Returns 1 if it was not stored for one of them."""
    with open_session(common) as session:
        targets = session.targets(all_if_none(words))
        tried: list[_Tried] = []
        for user in dict.fromkeys(target.user for target in targets):
            same = [target for target in targets if target.user == user]
            password = _password(session, user, [target.device for target in same])
            results = asyncio.run(_try_all(session, same, password)) if test else [_untested(t) for t in same]
            tried += [_store(session, result, password) for result in results]
        for result in tried:
            _print(session, result)
        return EXIT_OK if all(result.good for result in tried) else EXIT_FAILED


def _password(session: Session, user: str, devices: Sequence[str]) -> str:
    given = session.given_password
    if given is None and not session.interactive:
        raise UsageError(
            f"It would ask for the password of {user} on {names(devices)}, and there is no terminal.",
            advice="Give it with --password-stdin or SICKTUI_PASSWORD.",
        )
    password = given or ask_secret(f"Password of {user} on {names(devices)}: ")
    if not password:
        raise UsageError("No password was entered, so nothing was stored.")
    return password


async def _try_all(session: Session, targets: Sequence[Target], password: str) -> list[_Tried]:
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

    async def one(target: Target) -> _Tried:
        async with gate:
            return await _try(session, target, password)

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def _try(session: Session, target: Target, password: str) -> _Tried:
    try:
        check = await check_login(session.context, target, password)
    except SicktuiError as error:
        code = error.code.value if error.code else None
        return _Tried(target=target, good=False, message=error.message, advice=error.advice, code=code)
    message = "The password is right." if check.proven else "The password cannot be tested on this sensor."
    if check.scheme is AuthScheme.BASIC:
        message += " It knows only Basic authentication: the password crosses the network in clear text."
    return _Tried(target=target, good=True, message=message)


def _untested(target: Target) -> _Tried:
    return _Tried(target=target, good=True, message="The password was not tested.")


def _store(session: Session, result: _Tried, password: str) -> _Tried:
    """Keep a password that works where it outlives this command."""
    if not result.good:
        return result
    credentials = session.context.credentials
    place = credentials.remember(result.target.device, result.target.user, password)
    if place != MEMORY:
        return structs.replace(result, stored=place)
    problems = " ".join(str(problem) for problem in credentials.describe().problems)
    return structs.replace(
        result,
        good=False,
        code=Code.STORAGE_ERROR.value,
        message=f"{result.message} It was not stored: {problems or 'this PC has no keyring.'}",
        advice="Give it to each call (SICKTUI_PASSWORD, --password-stdin), or enter it in the dashboard.",
    )


def _print(session: Session, result: _Tried) -> None:
    session.out.fact(
        "login",
        session.now(),
        device=result.target.device,
        user=result.target.user,
        stored=result.stored,
        code=result.code,
        message=result.message,
        advice=result.advice,
    )
    where = f" Stored in {result.stored}." if result.stored else ""
    session.out.line(f"{result.target.device}: {result.message}{where}", None if result.good else "red")
    if result.advice:
        session.out.line(f"  -> {result.advice}")


def logout(common: Common, words: Sequence[str]) -> int:
    """Forget the stored passwords of devices."""
    with open_session(common) as session:
        targets = session.targets(all_if_none(words))
        credentials = session.context.credentials
        gone = [target.device for target in targets if credentials.forget(target.device, target.user)]
        for target in targets:
            session.out.fact("logout", session.now(), device=target.device, forgotten=target.device in gone)
        if gone:
            session.out.line(f"Forgot the password of {count(len(gone), 'device')}: {names(gone)}.")
        else:
            session.out.note("No password was stored for them.")
        return EXIT_OK
